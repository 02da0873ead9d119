//===- NetworkBuilder.h - Build a network op by op --------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SNN_PYTHON_BINDINGS_NETWORKBUILDER_H
#define SNN_PYTHON_BINDINGS_NETWORKBUILDER_H

#include "snn/IR/SNN.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace snn::python {

/// A value of the network that a NetworkBuilder builds.
struct NetworkValue {
  mlir::Value value;
  const void *builder = nullptr;
};

using Shape = std::vector<int64_t>;
using Numbers = std::vector<int64_t>;
using OptionalValue = std::optional<NetworkValue>;
/// Coefficients by the name of the operand, attributes by their name.
using Coefficients = std::map<std::string, OptionalValue>;
using Attributes = std::map<std::string, std::string>;

/// What an input of the network is called and what it carries.
struct InputSpec {
  std::string name;
  Shape shape;
  std::string elementType;
};

/// Builds one snn.network. Operations are not verified before `finish`.
class NetworkBuilder {
public:
  NetworkBuilder(mlir::MLIRContext *context, const std::string &name,
                 const std::vector<InputSpec> &inputs, double dt,
                 const Attributes &discretization);

  NetworkValue input(size_t index);
  NetworkValue constant(llvm::ArrayRef<char> bytes, const Shape &shape,
                        bool isDouble, const std::string &name);
  /// Integers of a quantized type; a tensor, or one number.
  NetworkValue integers(llvm::ArrayRef<int64_t> values, const Shape &shape,
                        bool isNumber, const std::string &elementType,
                        const std::string &name);
  NetworkValue number(double value, const std::string &elementType);
  NetworkValue zeros(const Shape &shape, const std::string &elementType);

  NetworkValue linear(NetworkValue input, NetworkValue weight,
                      OptionalValue bias, bool saturates,
                      const std::string &node);
  NetworkValue truncate(NetworkValue input, const std::string &elementType,
                        const std::string &node);
  /// What a decay leaves of an input; `arithmetic` is how: "decay = shift".
  NetworkValue decay(NetworkValue input, NetworkValue decay,
                     const std::string &arithmetic, const std::string &node);
  /// With one or two spatial dimensions; `padding` is low and high of each.
  NetworkValue conv(NetworkValue input, NetworkValue weight, OptionalValue bias,
                    const Numbers &stride, const Numbers &padding,
                    const Numbers &dilation, int64_t groups,
                    const std::string &node);
  NetworkValue pool2d(bool average, NetworkValue input, const Numbers &kernel,
                      const Numbers &stride, const Numbers &padding,
                      const std::string &elementType, const std::string &node);
  NetworkValue transpose(NetworkValue input, const Numbers &permutation,
                         const std::string &node);
  NetworkValue scale(NetworkValue input, NetworkValue factor,
                     const std::string &node);
  NetworkValue add(const std::vector<NetworkValue> &inputs,
                   const std::string &elementType, const std::string &node);
  NetworkValue threshold(NetworkValue input, NetworkValue threshold,
                         const std::string &node);
  NetworkValue delay(NetworkValue input, const std::vector<int64_t> &steps,
                     OptionalValue init, const std::string &node);
  NetworkValue reshape(NetworkValue input, const Shape &shape,
                       const std::string &node);
  /// A neuron of type `opName`: spikes (if it has any), voltage, and current
  /// (if it has one). `maxSpikes` is for those that have spikes. The current is
  /// of the voltage's type if it has none of its own.
  std::vector<NetworkValue>
  neuron(const std::string &opName, NetworkValue input,
         const Coefficients &coefficients, const Attributes &attributes,
         std::optional<int64_t> maxSpikes, const std::string &elementType,
         const std::string &currentType, const std::string &node);

  /// A value that is defined later: the start of a cycle.
  NetworkValue backedge(const Shape &shape, const std::string &elementType);
  /// Says what a backedge is.
  void resolve(NetworkValue backedge, NetworkValue value);

  /// Says how many bits integers of an input have.
  void setBits(size_t input, int64_t bits);
  /// Says how many bits integers of the weights of a synapse's result have.
  void setWeightBits(NetworkValue value, int64_t bits);
  /// Says that the operation of a value computes something else than its node
  /// sends.
  void markVariant(NetworkValue value);
  /// Says what numbers data showed for a value.
  void setRange(NetworkValue value, double least, double greatest);

  /// Ends the network with its outputs, and those that are only watched; the
  /// builder cannot be used any more.
  mlir::OwningOpRef<mlir::ModuleOp>
  finish(const std::vector<std::pair<std::string, NetworkValue>> &outputs,
         const std::vector<std::pair<std::string, NetworkValue>> &recorded,
         const Attributes &provenance);

private:
  /// Puts what backedges stand for in their place.
  void removeBackedges();
  /// Throws if the network is finished.
  void checkOpen();
  mlir::Location locate(const std::string &node);
  mlir::Type parseElementType(const std::string &text);
  mlir::RankedTensorType tensorType(const Shape &shape, mlir::Type element);
  mlir::Value use(NetworkValue value);
  NetworkValue wrap(mlir::Value value) { return {value, this}; }
  /// The same for a result of an operation that computes `node`.
  NetworkValue wrap(mlir::Value value, const std::string &node);
  mlir::DictionaryAttr dictionary(const Attributes &attributes);
  mlir::DictionaryAttr nameAttribute(const std::string &name);

  mlir::OpBuilder builder;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  NetworkOp network;
  unsigned openBackedges = 0;
};

} // namespace snn::python

#endif // SNN_PYTHON_BINDINGS_NETWORKBUILDER_H
