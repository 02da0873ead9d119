//===- Sums.cpp - Vectors of sums in C ------------------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A loop may carry a vector of sums of 16 bits, to which it adds a row of
// weights of 8 bits each time. In C that is one variable for each four of them
// (Helpers/sums.c), which hold the sums in a way that depends on the processor:
// what they are is read behind the loop, from the number of rows.
//
//===----------------------------------------------------------------------===//

#include "FunctionEmitter.h"
#include "snn/Analysis/Memory.h"

#include "mlir/IR/Matchers.h"

using namespace mlir;

namespace snn::c11 {

/// Sums in one variable of C.
static constexpr int64_t kPerVariable = 4;

bool isSums(Type type) {
  auto vector = dyn_cast<VectorType>(type);
  return vector && vector.getRank() == 1 && !vector.isScalable() &&
         vector.getElementType().isInteger(16) &&
         vector.getNumElements() % kPerVariable == 0;
}

namespace {
/// sums + extsi(load), or sums + extsi(load ^ 0x80...).
struct RowAdd {
  vector::LoadOp row;
  bool isFlipped = false;
};
} // namespace

/// The row that `next` adds to `sums`, if it is that. That no sum overflows is
/// what the C relies on.
static std::optional<RowAdd> matchRowAdd(Value next, Value sums) {
  auto add = next.getDefiningOp<arith::AddIOp>();
  if (!add || add.getLhs() != sums || !add->hasOneUse() ||
      !bitEnumContainsAny(add.getOverflowFlags(),
                          arith::IntegerOverflowFlags::nsw))
    return std::nullopt;
  auto terms = add.getRhs().getDefiningOp<arith::ExtSIOp>();
  if (!terms)
    return std::nullopt;
  RowAdd found;
  Value bytes = terms.getIn();
  if (auto flip = bytes.getDefiningOp<arith::XOrIOp>()) {
    APInt signs;
    if (!matchPattern(flip.getRhs(), m_ConstantInt(&signs)) ||
        !signs.isMinSignedValue())
      return std::nullopt;
    found.isFlipped = true;
    bytes = flip.getLhs();
  }
  found.row = bytes.getDefiningOp<vector::LoadOp>();
  if (!found.row ||
      !cast<VectorType>(bytes.getType()).getElementType().isInteger(8) ||
      !getMemory(found.row.getBase()).getDefiningOp<memref::GetGlobalOp>())
    return std::nullopt;
  return found;
}

/// Whether the first of what `loop` carries counts its turns.
static bool countsTurns(scf::WhileOp loop) {
  auto next =
      loop.getYieldOp().getOperands().front().getDefiningOp<arith::AddIOp>();
  return matchPattern(loop.getInits().front(), m_Zero()) && next &&
         next.getLhs() == loop.getAfterArguments().front() &&
         matchPattern(next.getRhs(), m_One());
}

/// The row that `loop` adds to the sums it carries as number `index`.
static std::optional<RowAdd> getRowAdd(scf::WhileOp loop, unsigned index) {
  ValueRange handed = loop.getConditionOp().getArgs();
  bool isPlain = handed[index] == loop.getBeforeArguments()[index] &&
                 handed.front() == loop.getBeforeArguments().front() &&
                 loop.getBeforeArguments()[index].hasOneUse() &&
                 loop.getAfterArguments()[index].hasOneUse();
  if (!isPlain || !countsTurns(loop) ||
      !matchPattern(loop.getInits()[index], m_Zero()))
    return std::nullopt;
  return matchRowAdd(loop.getYieldOp().getOperands()[index],
                     loop.getAfterArguments()[index]);
}

Value FunctionEmitter::getListOfSums(Operation *loop) {
  auto carrier = dyn_cast<scf::WhileOp>(loop);
  if (!carrier || isInVectors(loop) || carrier.getNumResults() == 0 ||
      !carrier.getResult(0).use_empty() || !countsTurns(carrier))
    return nullptr;
  bool hasSums = false;
  for (unsigned index = 1; index < carrier.getInits().size(); ++index)
    hasSums |= isSums(carrier.getInits()[index].getType()) &&
               getRowAdd(carrier, index);
  // It reads one event, and goes on.
  Value list;
  for (Operation *user : carrier.getBeforeArguments().front().getUsers()) {
    auto load = dyn_cast<memref::LoadOp>(user);
    if (load && !list && load.getMemRefType().getRank() == 1)
      list = load.getMemRef();
    else if (!isa<scf::ConditionOp>(user))
      return nullptr;
  }
  return hasSums && carrier.getAfterArguments().front().hasOneUse() ? list
                                                                    : Value();
}

LogicalResult FunctionEmitter::declareSums(Operation *loop, unsigned index,
                                           Value variable) {
  auto carrier = dyn_cast<scf::WhileOp>(loop);
  if (!carrier || index == 0 || !isSums(variable.getType()) ||
      !getRowAdd(carrier, index))
    return loop->emitOpError("C11: carries ")
           << variable.getType()
           << ", which is not in the emitter's subset: expected sums that "
              "begin "
              "with 0 and to which each turn adds a row of a table, behind a "
              "count of the turns";
  SmallVector<std::string> parts;
  int64_t size = cast<VectorType>(variable.getType()).getNumElements();
  for (int64_t lane = 0; lane < size; lane += kPerVariable) {
    parts.push_back(addName("sums"));
    line() << prefix << "_sums4 " << parts.back() << " = " << prefix
           << "_zero4();\n";
  }
  std::string name = parts.front();
  locals[variable] = name;
  sums[name] = std::move(parts);
  return declareRows(carrier, index, name);
}

/// The rows as far as the loop does not choose between them: the compiler adds
/// to a pointer that it knows nothing of.
LogicalResult FunctionEmitter::declareRows(scf::WhileOp loop, unsigned index,
                                           StringRef name) {
  vector::LoadOp row = getRowAdd(loop, index)->row;
  auto indices = row.getIndices();
  if (indices.size() != 2 || !loop.isDefinedOutsideOfLoop(indices.back()) ||
      !row.getMemRefType().hasStaticShape())
    return success();
  FailureOr<Expression> first = getExpression(indices.back());
  auto table = buffers.find(row.getBase());
  if (failed(first) || table == buffers.end())
    return failure();
  std::string pointer = addName("rows");
  line() << "const " << prefix.upper() << "_SPACE int8_t *const " << pointer
         << " = " << prefix << "_row(&" << table->second << "[" << first->text
         << "]);\n";
  rows[name] = pointer;
  return success();
}

/// The address of the row that a turn of the loop adds to sums called `name`,
/// as a pointer to which the compiler adds.
FailureOr<std::string> FunctionEmitter::getRowAddress(vector::LoadOp row,
                                                      StringRef name) {
  auto pointer = rows.find(name);
  if (pointer == rows.end()) {
    FailureOr<std::string> element =
        getElement(row, row.getBase(), row.getIndices());
    if (failed(element))
      return failure();
    return prefix.str() + "_row(&" + *element + ")";
  }
  FailureOr<Expression> index = getExpression(row.getIndices().front());
  if (failed(index))
    return failure();
  return prefix.str() + "_row_at(" + pointer->second + ", " +
         index->in(Precedence::Product) + " * " +
         std::to_string(row.getMemRefType().getDimSize(1)) + ")";
}

LogicalResult FunctionEmitter::emitRowAdd(arith::AddIOp op) {
  auto argument = dyn_cast<BlockArgument>(op.getLhs());
  auto loop = argument
                  ? dyn_cast<scf::WhileOp>(argument.getOwner()->getParentOp())
                  : nullptr;
  std::optional<RowAdd> add;
  if (loop && argument.getOwner() == loop.getAfterBody())
    add = getRowAdd(loop, argument.getArgNumber());
  if (!add || loop.getYieldOp().getOperands()[argument.getArgNumber()] != op)
    return op.emitOpError("C11: on ")
           << op.getType() << " is not in the emitter's subset";
  std::string row = addName("row"), name = locals[argument];
  FailureOr<std::string> address = getRowAddress(add->row, name);
  if (failed(address))
    return failure();
  uint64_t alignment = add->row.getAlignment().value_or(1);
  bool isAligned = alignment % kPerVariable == 0;
  line() << "const " << prefix.upper() << "_SPACE int8_t *"
         << (isAligned ? "" : "const ") << row << " = " << *address << ";\n";
  std::string function =
      prefix.str() + (add->isFlipped ? "_add_flipped" : "_add");
  ArrayRef<std::string> parts = sums[name];
  for (size_t part = 0; part < parts.size(); ++part) {
    if (isAligned && part + 1 < parts.size()) {
      line() << function << "8(&" << parts[part] << ", &" << parts[part + 1]
             << ", &" << row << ", " << part * kPerVariable << ");\n";
      ++part;
      continue;
    }
    std::string place = row;
    if (part != 0)
      place += " + " + std::to_string(part * kPerVariable);
    line() << parts[part] << " = " << function
           << (!isAligned && alignment % 2 == 0 ? "_halves4(" : "4(")
           << parts[part] << ", " << place << ");\n";
  }
  locals[op] = name;
  return success();
}

/// The loop that `sums` are behind, if they are what it carried.
static scf::WhileOp getSumsLoop(Value sums) {
  auto loop = sums.getDefiningOp<scf::WhileOp>();
  return loop && getRowAdd(loop, cast<OpResult>(sums).getResultNumber())
             ? loop
             : nullptr;
}

void FunctionEmitter::readSums(scf::WhileOp loop) {
  if (isInVectors(loop))
    return;
  for (auto [index, result] : llvm::enumerate(loop.getResults())) {
    if (!isSums(result.getType()) ||
        llvm::none_of(result.getUsers(), llvm::IsaPred<vector::ExtractOp>))
      continue;
    std::optional<RowAdd> add = getRowAdd(loop, index);
    std::string count = locals[loop.getResult(0)];
    for (const std::string &variable : sums[locals[result]]) {
      std::string name = addName("lanes");
      line() << "const " << prefix << "_lanes4 " << name << " = " << prefix
             << "_get4(" << prefix
             << (add->isFlipped ? "_settle_biased4(" : "_settle4(") << variable
             << ", " << count << "));\n";
      lanes[result].push_back(name);
    }
  }
}

LogicalResult FunctionEmitter::emitSumsStore(vector::StoreOp op) {
  Value stored = op.getValueToStore();
  // What is added to is where the sum is stored.
  auto add = stored.getDefiningOp<arith::AddIOp>();
  auto old = add ? add.getLhs().getDefiningOp<vector::LoadOp>() : nullptr;
  if (old) {
    stored = add.getRhs();
    bool isSame = old.getBase() == op.getBase() &&
                  llvm::equal(old.getIndices(), op.getIndices()) &&
                  old->hasOneUse() && add->hasOneUse() &&
                  old->getBlock() == op->getBlock() &&
                  !writes->mayWriteBetween(old, op, old.getBase());
    if (!isSame)
      stored = nullptr;
  }
  scf::WhileOp loop = stored ? getSumsLoop(stored) : nullptr;
  if (!loop || loop->getBlock() != op->getBlock())
    return op.emitOpError(
        "C11: is not in the emitter's subset: expected the "
        "sums of a loop before it, or these and what is there");
  std::optional<RowAdd> row =
      getRowAdd(loop, cast<OpResult>(stored).getResultNumber());
  std::string count = locals[loop.getResult(0)];
  FailureOr<std::string> element =
      getElement(op, op.getBase(), op.getIndices());
  if (failed(element))
    return failure();
  std::string out = addName("out");
  line() << "int16_t *const " << out << " = " << prefix << "_place(&"
         << *element << ");\n";
  for (auto [part, variable] : llvm::enumerate(sums[locals[stored]])) {
    std::string place = out;
    if (part != 0)
      place += " + " + std::to_string(part * kPerVariable);
    line() << prefix << (old ? "_add_to4(" : "_put4(") << place << ", "
           << prefix << (row->isFlipped ? "_settle_biased4(" : "_settle4(")
           << variable << ", " << count << "));\n";
  }
  return success();
}

FailureOr<Expression> FunctionEmitter::makeLane(vector::ExtractOp op) {
  auto found = lanes.find(op.getSource());
  ArrayRef<int64_t> position = op.getStaticPosition();
  Type type = op.getSource().getType();
  if ((isPair(type) || isPairMask(type)) && position.size() == 1 &&
      !ShapedType::isDynamic(position.front()))
    return makePairLane(op.getSource(), position.front());
  if (found == lanes.end() || position.size() != 1 ||
      ShapedType::isDynamic(position.front()))
    return op.emitOpError(
        "C11: is not in the emitter's subset: expected one of "
        "the sums of a loop before it");
  int64_t lane = position.front();
  return Expression{found->second[lane / kPerVariable] + ".x" +
                    std::to_string(lane % kPerVariable)};
}

} // namespace snn::c11
