//===- Diagnostics.cpp - MLIR's errors as Python exceptions ---------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Diagnostics.h"

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/Location.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace snn::python;

/// `text` on one line of a terminal: names come from files.
static std::string printable(StringRef text) {
  std::string escaped;
  llvm::raw_string_ostream os(escaped);
  llvm::printEscapedString(text, os);
  return escaped;
}

/// The name that `loc` carries, or "". Folding joins locations.
static StringRef getName(Location loc) {
  if (auto named = dyn_cast<NameLoc>(loc))
    return named.getName();
  if (auto fused = dyn_cast<FusedLoc>(loc))
    for (Location part : fused.getLocations())
      if (StringRef name = getName(part); !name.empty())
        return name;
  return "";
}

/// "node 'lif1'", "line 3, column 7", or nothing.
static std::string describeLocation(Location loc) {
  if (StringRef name = getName(loc); !name.empty())
    return "node '" + printable(name) + "': ";
  if (auto file = dyn_cast<FileLineColLoc>(loc))
    return "line " + std::to_string(file.getLine()) + ", column " +
           std::to_string(file.getColumn()) + ": ";
  return "";
}

DiagnosticCollector::DiagnosticCollector(MLIRContext *context)
    : handler(context, [this](Diagnostic &diagnostic) {
        if (diagnostic.getSeverity() == DiagnosticSeverity::Error)
          text += (text.empty() ? "" : "\n") +
                  describeLocation(diagnostic.getLocation()) +
                  printable(diagnostic.str());
        return success();
      }) {}

void DiagnosticCollector::check(LogicalResult result) const {
  if (failed(result))
    throw MLIRError(text.empty() ? "failed without a message" : text);
}
