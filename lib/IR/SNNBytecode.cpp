//===- SNNBytecode.cpp - The version of the dialect in bytecode -----------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Bytecode is read by later versions of the compiler. What changes in the
// dialect so that old files would be read as something else makes a new version
// here, with what it takes to upgrade; test/Dialect/bytecode.mlir keeps a file
// of each.
//
//===----------------------------------------------------------------------===//

#include "SNNBytecode.h"
#include "snn/IR/SNN.h"

#include "mlir/Bytecode/BytecodeImplementation.h"

using namespace mlir;
using namespace snn;

namespace {
/// 1: the first that is written; nodes are attributes (snn.node).
constexpr uint64_t kVersion = 1;

struct Version : DialectVersion {
  explicit Version(uint64_t number) : number(number) {}
  uint64_t number;
};

struct Bytecode : BytecodeDialectInterface {
  explicit Bytecode(Dialect *dialect) : BytecodeDialectInterface(dialect) {}

  void writeVersion(DialectBytecodeWriter &writer) const override {
    writer.writeVarInt(kVersion);
  }

  std::unique_ptr<DialectVersion>
  readVersion(DialectBytecodeReader &reader) const override {
    uint64_t number;
    if (failed(reader.readVarInt(number)))
      return nullptr;
    if (number > kVersion) {
      reader.emitError() << "version " << number
                         << " of the snn dialect, expected at most " << kVersion
                         << ": the file was written by a newer compiler";
      return nullptr;
    }
    return std::make_unique<Version>(number);
  }
};
} // namespace

void snn::addBytecode(SNNDialect *dialect) {
  dialect->addInterfaces<Bytecode>();
}
