//===- KernelLowering.cpp - Layers that a kernel computes -----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The function of such a layer calls the kernel's, with what the kernel's
// arguments say. The kernel's function is declared once for each list of types.
//
//===----------------------------------------------------------------------===//

#include "Lowering.h"
#include "snn/Analysis/Kernels.h"
#include "snn/IR/Identity.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "llvm/ADT/StringExtras.h"

#include <map>

using namespace mlir;
using namespace snn;

using Kind = KernelArgument::Kind;

namespace {

/// What one call is made of.
struct CallOperand {
  Value value;
  /// Whether the elements have no sign.
  bool isUnsigned = false;
  bool isReadOnly = false;
};

/// Builds the calls of one kernel for one layer.
class KernelCall {
public:
  KernelCall(OffloadOp op, KernelOp kernel, StepContext &context)
      : op(op), kernel(kernel), context(context), group(op.getGroup()),
        facts(group) {
    facts.set("layer", context.kernelLayers[kernel]);
    facts.set("density", 1.0);
  }

  /// A function that calls `function`, and is itself called at `caller`.
  LogicalResult build(OpBuilder &caller, StringRef function,
                      ArrayAttr arguments, StringRef suffix);

private:
  FailureOr<CallOperand> getOperand(const KernelArgument &argument,
                                    LayerBuilder &layer);
  FailureOr<Value> getTableMemory(const KernelArgument &argument,
                                  LayerBuilder &layer);
  Value getStateMemory(const KernelArgument &argument, LayerBuilder &layer);
  func::FuncOp declare(StringRef function, ArrayRef<CallOperand> operands);

  OffloadOp op;
  KernelOp kernel;
  StepContext &context;
  SmallVector<Operation *> group;
  LayerFacts facts;
  /// Those that arguments have got: the setup and the step share them.
  std::map<std::pair<Operation *, std::string>, memref::GlobalOp> tables;
};

} // namespace

FailureOr<Value> KernelCall::getTableMemory(const KernelArgument &argument,
                                            LayerBuilder &layer) {
  memref::GlobalOp &global = tables[{argument.op, argument.name}];
  if (!global) {
    StringRef layout =
        argument.name == "weight" ? kernel.getLayout().value_or("") : "";
    llvm::Expected<Constant> table = getTable(argument, layout);
    if (!table)
      return op.emitOpError() << llvm::toString(table.takeError());
    table->quantizedType = nullptr;
    // A table has all of its numbers, also where they are the same.
    std::string name = getLayerName(op) + "_" + argument.name;
    auto type = MemRefType::get(table->shape, table->elementType);
    auto values = cast<ElementsAttr>(getConstantAttr(*table, name));
    FlatSymbolRefAttr symbol = addGlobal(context.symbols, op.getLoc(),
                                         getNode(op), name, type, values);
    global = context.symbols.lookup<memref::GlobalOp>(symbol.getValue());
    Builder builder(op.getContext());
    global->setAttr("snn.memory",
                    builder.getStringAttr(kernel.getMemory().value_or("")));
    if (std::optional<StringRef> section = kernel.getSection())
      global->setAttr("snn.section", builder.getStringAttr(*section));
    if (std::optional<uint64_t> alignment = kernel.getAlignment())
      global.setAlignment(*alignment);
  }
  return Value(memref::GetGlobalOp::create(layer.body(), global.getType(),
                                           global.getSymName()));
}

Value KernelCall::getStateMemory(const KernelArgument &argument,
                                 LayerBuilder &layer) {
  auto neuron = cast<NeuronOpInterface>(argument.op);
  Value output = neuron.getOutput(argument.name == "v" ? "voltage" : "current");
  return layer.addFlatArgument(argument.name, context.bufferOf(output));
}

/// Whether the numbers of a signal have no sign.
static bool isUnsigned(Value signal) {
  return isSpikeType(getElementTypeOrSelf(signal.getType()));
}

FailureOr<CallOperand> KernelCall::getOperand(const KernelArgument &argument,
                                              LayerBuilder &layer) {
  CallOperand operand;
  switch (argument.kind) {
  case Kind::Input:
    operand.value =
        layer.addFlatArgument("x", context.bufferOf(op.getInputs()[0]));
    operand.isUnsigned = isUnsigned(op.getInputs()[0]);
    operand.isReadOnly = true;
    break;
  case Kind::Events:
    operand.value =
        layer.addFlatArgument("events", context.bufferOf(op.getInputs()[1]));
    operand.isUnsigned = operand.isReadOnly = true;
    break;
  case Kind::Table: {
    FailureOr<Value> table = getTableMemory(argument, layer);
    if (failed(table))
      return failure();
    operand.value = flattenBuffer(layer.body(), op.getLoc(), *table);
    operand.isReadOnly = true;
    break;
  }
  case Kind::State:
    operand.value = getStateMemory(argument, layer);
    break;
  case Kind::Result: {
    Value value = argument.op->getResult(0);
    operand.value = layer.addFlatArgument("y", context.bufferOf(value));
    operand.isUnsigned = isUnsigned(value);
    break;
  }
  case Kind::Scratch:
    if (!context.scratch.contains(op))
      return op.emitOpError("scratch of ")
             << op.getKernelAttr() << " is no number of bytes [K2]";
    operand.value =
        layer.addFlatArgument("scratch", context.scratch.lookup(op));
    break;
  case Kind::Number: {
    TypedAttr number;
    if (isa<FloatType>(argument.type))
      number = FloatAttr::get(argument.type, argument.number);
    else
      number = IntegerAttr::get(IntegerType::get(op.getContext(), 32),
                                static_cast<int64_t>(argument.number));
    operand.value = arith::ConstantOp::create(layer.body(), number);
    return operand;
  }
  }
  auto type = cast<MemRefType>(operand.value.getType());
  auto any = MemRefType::get({ShapedType::kDynamic}, type.getElementType());
  operand.value = memref::CastOp::create(layer.body(), any, operand.value);
  return operand;
}

func::FuncOp KernelCall::declare(StringRef function,
                                 ArrayRef<CallOperand> operands) {
  OpBuilder builder(op.getContext());
  auto types = llvm::map_to_vector(operands, [](const CallOperand &operand) {
    return operand.value.getType();
  });
  FunctionType type = builder.getFunctionType(types, {});
  SmallVector<DictionaryAttr> attributes;
  for (const CallOperand &operand : operands) {
    NamedAttrList list;
    if (operand.isUnsigned)
      list.set("snn.unsigned", builder.getUnitAttr());
    if (operand.isReadOnly)
      list.set("snn.read_only", builder.getUnitAttr());
    attributes.push_back(list.getDictionary(op.getContext()));
  }
  auto module = cast<ModuleOp>(context.symbols.getOp());
  for (auto known : module.getOps<func::FuncOp>()) {
    auto external = known->getAttrOfType<StringAttr>("snn.external");
    SmallVector<DictionaryAttr> others;
    known.getAllArgAttrs(others);
    if (external && external.getValue() == function &&
        known.getFunctionType() == type && others == attributes)
      return known;
  }
  auto declared = func::FuncOp::create(builder, op.getLoc(), function, type);
  declared.setPrivate();
  declared->setAttr("snn.external", builder.getStringAttr(function));
  declared->setAttr("snn.headers", kernel.getHeadersAttr()
                                       ? kernel.getHeadersAttr()
                                       : builder.getArrayAttr({}));
  declared.setAllArgAttrs(attributes);
  context.symbols.insert(declared);
  return declared;
}

LogicalResult KernelCall::build(OpBuilder &caller, StringRef function,
                                ArrayAttr arguments, StringRef suffix) {
  LayerBuilder layer(context.symbols, caller, op, suffix);
  SmallVector<CallOperand> operands;
  for (auto text : arguments.getAsRange<StringAttr>()) {
    llvm::Expected<KernelArgument> argument =
        resolveArgument(text, group, facts);
    if (!argument)
      return op.emitOpError("argument ")
             << text << " of " << op.getKernelAttr() << ": "
             << llvm::toString(argument.takeError()) << " [K2]";
    FailureOr<CallOperand> operand = getOperand(*argument, layer);
    if (failed(operand))
      return failure();
    operands.push_back(*operand);
  }
  func::FuncOp callee = declare(function, operands);
  func::CallOp::create(layer.body(), callee,
                       llvm::map_to_vector(operands, [](const auto &operand) {
                         return operand.value;
                       }));
  auto names = llvm::map_to_vector(group, [](Operation *inner) {
    return inner->getName().stripDialect().str();
  });
  layer.setComment(llvm::join(names, ", ") + ": computed by " + function + ".");
  layer.finish();
  return success();
}

LogicalResult snn::lowerOffload(OffloadOp op, StepContext &context) {
  auto kernel = context.symbols.lookup<KernelOp>(op.getKernel());
  if (!kernel)
    return op.emitOpError() << op.getKernelAttr() << " is no snn.kernel [K2]";
  KernelCall call(op, kernel, context);
  if (failed(call.build(context.step, kernel.getFunction(),
                        kernel.getArguments(), "")))
    return failure();
  if (ArrayAttr arguments = kernel.getSetupArgumentsAttr())
    if (failed(
            call.build(context.init, *kernel.getSetup(), arguments, "_setup")))
      return failure();
  ++context.kernelLayers[kernel];
  return success();
}

bool snn::hasState(OffloadOp op, Operation *neuron, StringRef name) {
  auto kernel =
      SymbolTable::lookupNearestSymbolFrom<KernelOp>(op, op.getKernelAttr());
  SmallVector<Operation *> group = op.getGroup();
  SmallVector<std::string> roles = getRoles(group);
  for (auto [known, role] : llvm::zip_equal(group, roles))
    if (known == neuron)
      return kernel &&
             llvm::is_contained(kernel.getArguments(),
                                Attribute(StringAttr::get(op.getContext(),
                                                          role + "." + name)));
  return false;
}

std::optional<int64_t> snn::getScratchBytes(OffloadOp op,
                                            SymbolTable &symbols) {
  auto kernel = symbols.lookup<KernelOp>(op.getKernel());
  if (!kernel || !kernel.getScratch())
    return std::nullopt;
  llvm::Expected<double> bytes =
      evaluate(*kernel.getScratch(), LayerFacts(op.getGroup()));
  if (!bytes) {
    llvm::consumeError(bytes.takeError());
    return std::nullopt;
  }
  return std::max<int64_t>(1, static_cast<int64_t>(std::ceil(*bytes)));
}
