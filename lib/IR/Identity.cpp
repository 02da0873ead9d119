//===- Identity.cpp - Which node an operation is --------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "snn/IR/Identity.h"
#include "snn/IR/SNN.h"

using namespace mlir;
using namespace snn;

static constexpr StringLiteral kVariantAttr = "snn.variant";
static constexpr StringLiteral kChannelsLastAttr = "snn.channels_last";

StringRef snn::getNode(Operation *op) {
  auto node = op->getAttrOfType<StringAttr>(kNodeAttr);
  return node ? node.getValue() : "";
}

StringRef snn::getNode(Value value) {
  if (Operation *op = value.getDefiningOp())
    return getNode(op);
  auto argument = cast<BlockArgument>(value);
  auto network = dyn_cast<NetworkOp>(argument.getOwner()->getParentOp());
  if (!network)
    return "";
  auto name = network.getArgAttrOfType<StringAttr>(argument.getArgNumber(),
                                                   NetworkOp::kNameAttr);
  return name ? name.getValue() : "";
}

void snn::setNode(Operation *op, const Twine &node) {
  auto name = StringAttr::get(op->getContext(), node);
  if (!name.empty())
    op->setDiscardableAttr(kNodeAttr, name);
}

void snn::copyNode(Operation *op, Operation *other) {
  setNode(op, getNode(other));
}

/// Marks say something of a node's results.
static void mark(Operation *op, StringRef name) {
  if (!getNode(op).empty())
    op->setDiscardableAttr(name, UnitAttr::get(op->getContext()));
}

void snn::markVariant(Operation *op) { mark(op, kVariantAttr); }

bool snn::isVariant(Operation *op) {
  return static_cast<bool>(op->getDiscardableAttr(kVariantAttr));
}

void snn::markChannelsLast(Operation *op) { mark(op, kChannelsLastAttr); }

bool snn::isChannelsLast(Operation *op) {
  return static_cast<bool>(op->getDiscardableAttr(kChannelsLastAttr));
}
