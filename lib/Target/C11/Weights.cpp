//===- Weights.cpp - Constants apart from the code ------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Weights.h"
#include "Identifiers.h"
#include "Literals.h"
#include "snn/IR/Constants.h"
#include "snn/IR/Identity.h"
#include "snn/Target/C11/C11.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/CRC.h"
#include "llvm/Support/Endian.h"

#include <cmath>

using namespace mlir;
using namespace snn;
using namespace snn::c11;

//===----------------------------------------------------------------------===//
// Which tables, and where
//===----------------------------------------------------------------------===//

/// Whether numbers of a table become positions in memory.
static bool givesPositions(memref::GetGlobalOp table) {
  llvm::SetVector<Value> values;
  values.insert(table.getResult());
  for (size_t i = 0; i < values.size(); ++i) {
    if (values[i].getType().isIndex())
      return true;
    for (Operation *user : values[i].getUsers())
      // What compares numbers gives no position, and what is stored is data.
      if (!isa<arith::CmpIOp, arith::CmpFOp>(user))
        values.insert(user->result_begin(), user->result_end());
  }
  return false;
}

FailureOr<ModelWeights> c11::findWeights(ModuleOp module, const Signs &signs) {
  llvm::StringSet<> used, positions;
  module.walk([&](memref::GetGlobalOp use) {
    used.insert(use.getName());
    if (givesPositions(use))
      positions.insert(use.getName());
  });
  ModelWeights weights;
  NameTable names;
  (void)names.add("header");
  for (size_t i = 0; i <= used.size(); ++i) // one in front of each, and behind
    (void)names.add("padding_" + std::to_string(i + 1));
  for (auto global : module.getOps<memref::GlobalOp>()) {
    StringRef symbol = global.getSymName();
    MemRefType type = global.getType();
    if (!used.contains(symbol) || positions.contains(symbol) ||
        type.getElementType().isIndex())
      continue;
    if (auto memory = global->getAttrOfType<StringAttr>("snn.memory");
        memory && !memory.empty())
      return global.emitOpError("C11: a kernel wants the table in the memory '")
             << escapeComment(memory) << "', expected none of its own where "
             << "weights are apart from the code";
    ModelTable table;
    table.symbol = symbol.str();
    table.node = getNode(global).str();
    table.name = names.add(symbol);
    table.type =
        getStorageType(type.getElementType(), signs.isUnsigned(global)).str();
    table.elementBytes =
        llvm::divideCeil(type.getElementType().getIntOrFloatBitWidth(), 8);
    table.shape.assign(type.getShape().begin(), type.getShape().end());
    int64_t alignment = std::max<int64_t>(ModelWeights::kLeastAlignment,
                                          global.getAlignment().value_or(1));
    weights.alignment = std::max(weights.alignment, alignment);
    weights.bytes =
        static_cast<int64_t>(llvm::alignTo(weights.bytes, alignment));
    table.offset = weights.bytes;
    weights.bytes += table.getNumElements() * table.elementBytes;
    weights.tables.push_back(std::move(table));
  }
  weights.bytes =
      static_cast<int64_t>(llvm::alignTo(weights.bytes, weights.alignment));
  return weights;
}

//===----------------------------------------------------------------------===//
// The blob
//===----------------------------------------------------------------------===//

/// PNG's way: transfers as text, or of 7 bits, change it.
static constexpr uint8_t kMagic[] = {0x89, 'S',  'N',  'N',
                                     'W',  '\r', '\n', 0x1a};
static constexpr size_t kDigestAt = 16, kChecksumAt = 48, kCheckedFrom = 52;

/// What each blob for a network begins with: magic, version, length, digest.
static std::vector<uint8_t> getFixedHeader(const ModelWeights &weights) {
  std::vector<uint8_t> header(kChecksumAt);
  llvm::copy(kMagic, header.begin());
  llvm::support::endian::write32le(&header[8], ModelWeights::kVersion);
  llvm::support::endian::write32le(&header[12],
                                   static_cast<uint32_t>(weights.bytes));
  llvm::copy(weights.digest, header.begin() + kDigestAt);
  return header;
}

/// Writes the numbers of a table where the blob has them.
static LogicalResult writeTable(ElementsAttr elements, const ModelTable &table,
                                uint8_t *to) {
  int64_t count = elements.getNumElements();
  auto put = [&](int64_t index, uint64_t bits) {
    for (int64_t byte = 0; byte < table.elementBytes; ++byte)
      to[index * table.elementBytes + byte] =
          static_cast<uint8_t>(bits >> 8 * byte);
  };
  std::optional<Constant> constant = getConstant(elements);
  if (!constant) {
    auto integers = dyn_cast<DenseIntElementsAttr>(elements);
    if (!integers)
      return failure();
    for (auto [index, value] : llvm::enumerate(integers.getValues<APInt>()))
      put(static_cast<int64_t>(index), value.getZExtValue());
    return success();
  }
  auto type = dyn_cast<FloatType>(constant->elementType);
  for (int64_t index = 0; index < count; ++index) {
    double value = constant->at(index);
    if (!std::isfinite(value))
      return failure();
    if (type && type.isF32())
      put(index, llvm::bit_cast<uint32_t>(static_cast<float>(value)));
    else if (type)
      put(index, llvm::bit_cast<uint64_t>(value));
    else
      put(index, static_cast<uint64_t>(static_cast<int64_t>(value)));
  }
  return success();
}

FailureOr<std::vector<uint8_t>> snn::emitWeights(ModuleOp module,
                                                 ArrayRef<std::string> taps) {
  C11Options options;
  options.taps = taps;
  options.weightsApart = true;
  FailureOr<ModelInterface> interface = getModelInterface(module, options);
  if (failed(interface))
    return failure();
  const ModelWeights &weights = *interface->weights;
  std::vector<uint8_t> blob = getFixedHeader(weights);
  blob.resize(static_cast<size_t>(weights.bytes));
  SymbolTable symbols(module);
  for (const ModelTable &table : weights.tables) {
    auto global = symbols.lookup<memref::GlobalOp>(table.symbol);
    auto elements = dyn_cast_or_null<ElementsAttr>(
        global.getInitialValue().value_or(nullptr));
    if (!elements || failed(writeTable(elements, table, &blob[table.offset])))
      return global.emitOpError("C11: has a value that no blob can have");
  }
  uint32_t checksum = llvm::crc32(ArrayRef(blob).drop_front(kCheckedFrom));
  llvm::support::endian::write32le(&blob[kChecksumAt], checksum);
  return blob;
}

//===----------------------------------------------------------------------===//
// C
//===----------------------------------------------------------------------===//

void c11::printTablesStruct(const ModelInterface &interface,
                            llvm::raw_ostream &os) {
  const ModelWeights &weights = *interface.weights;
  os << "#if defined(__AVR__)\n#error \"weights apart from the code are not "
        "for "
        "AVR, whose flash is another address space\"\n#endif\n"
     << "#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ != "
        "__ORDER_LITTLE_ENDIAN__\n#error \"blobs of weights have the least "
        "significant byte first\"\n#endif\n\n"
     << "/* The constants, as they lie in the blob. */\nstruct "
     << interface.prefix << "_" << kTablesName << " {\n    uint8_t header["
     << ModelWeights::kHeaderBytes << "];\n";
  int64_t end = ModelWeights::kHeaderBytes;
  unsigned paddings = 0;
  auto pad = [&](int64_t to) {
    if (to > end)
      os << "    uint8_t padding_" << ++paddings << "[" << to - end << "];\n";
  };
  for (const ModelTable &table : weights.tables) {
    pad(table.offset);
    os << "    " << table.type << " " << table.name << "["
       << llvm::join(llvm::map_range(
                         table.shape,
                         [](int64_t size) { return std::to_string(size); }),
                     " * ")
       << (table.shape.empty() ? "1" : "") << "];\n";
    end = table.offset + table.getNumElements() * table.elementBytes;
  }
  pad(weights.bytes);
  os << "};\n#ifndef __cplusplus\n_Static_assert(sizeof(struct "
     << interface.prefix << "_" << kTablesName
     << ") == " << interface.getMacro("WEIGHTS_BYTES")
     << ", \"the compiler lays structs out otherwise than blobs\");\n#endif\n\n"
     << "/* What happens where a network is used without weights that were "
        "found to be right. */\n#ifndef "
     << interface.getMacro("NO_WEIGHTS") << "\n#if defined(__GNUC__)\n#define "
     << interface.getMacro("NO_WEIGHTS")
     << "() __builtin_trap()\n#else\n#define "
     << interface.getMacro("NO_WEIGHTS")
     << "() for (;;) {}\n#endif\n#endif\n\n";
}

void c11::printLoader(const ModelInterface &interface, llvm::raw_ostream &os) {
  const std::string &prefix = interface.prefix;
  const ModelWeights &weights = *interface.weights;
  auto macro = [&](StringRef suffix) { return interface.getMacro(suffix); };
  os << "/* What each blob for this network begins with: magic, version, "
        "length, digest. */\nstatic const uint8_t "
     << prefix << "_expected[" << kChecksumAt << "] = {";
  for (auto [index, byte] : llvm::enumerate(getFixedHeader(weights)))
    os << (index % 16 == 0 ? "\n    " : " ")
       << llvm::format("0x%02x,", static_cast<unsigned>(byte));
  os << "\n};\n\n"
     << "/* CRC-32 as zlib and Ethernet have it. */\n"
     << "static uint32_t " << prefix
     << "_checksum(const uint8_t *bytes, size_t size)\n{\n"
        "    uint32_t value = 0xffffffffu;\n"
        "    for (size_t i = 0; i < size; ++i) {\n"
        "        value ^= bytes[i];\n"
        "        for (unsigned bit = 0; bit < 8u; ++bit) {\n"
        "            value = (value & 1u) != 0u ? (value >> 1) ^ 0xedb88320u : "
        "value >> 1;\n"
        "        }\n    }\n    return ~value;\n}\n\n"
     << prefix << "_weights_t " << prefix
     << "_load(const void *weights, size_t size)\n{\n"
        "    const uint8_t *const bytes = (const uint8_t *)weights;\n    "
     << prefix
     << "_weights_t loaded;\n    loaded.tables = NULL;\n    if (bytes "
     << "== NULL || (uintptr_t)bytes % " << macro("WEIGHTS_ALIGNMENT")
     << " != 0u) {\n        loaded.error = " << macro("WEIGHTS_MISPLACED")
     << ";\n    } else if (size < " << ModelWeights::kHeaderBytes
     << "u) {\n        loaded.error = " << macro("WEIGHTS_TOO_SHORT") << ";\n";
  auto compare = [&](unsigned from, unsigned count, StringRef error) {
    os << "    } else if (memcmp(&bytes[" << from << "], &" << prefix
       << "_expected[" << from << "], " << count
       << "u) != 0) {\n        loaded.error = " << macro(error) << ";\n";
  };
  compare(0, 8, "WEIGHTS_NOT_A_BLOB");
  compare(8, 4, "WEIGHTS_OTHER_VERSION");
  compare(12, 36, "WEIGHTS_OTHER_NETWORK");
  os << "    } else if (size < " << macro("WEIGHTS_BYTES")
     << ") {\n        loaded.error = " << macro("WEIGHTS_TOO_SHORT")
     << ";\n    } else if (" << prefix << "_checksum(&bytes[" << kCheckedFrom
     << "], " << macro("WEIGHTS_BYTES") << " - " << kCheckedFrom << "u)\n"
     << "               != ((uint32_t)bytes[48] | (uint32_t)bytes[49] << 8 | "
        "(uint32_t)bytes[50] << 16\n                   | (uint32_t)bytes[51] "
        "<< 24)) {\n        loaded.error = "
     << macro("WEIGHTS_DAMAGED")
     << ";\n    } else {\n        loaded.tables = (const struct " << prefix
     << "_" << kTablesName
     << " *)weights;\n        loaded.error = " << macro("WEIGHTS_LOADED")
     << ";\n    }\n    return loaded;\n}\n\n";
}

std::string c11::stripComments(StringRef source) {
  std::string text;
  while (!source.empty()) {
    auto [code, rest] = source.split("/*");
    text += code;
    source = rest.split("*/").second;
  }
  return text;
}
