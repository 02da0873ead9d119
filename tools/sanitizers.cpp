//===- sanitizers.cpp - What a sanitized build has to ignore --------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

/// MLIR's libraries are not sanitized. LLVM's allocators poison what they have
/// not given out, and the half of them that is in headers is compiled here,
/// with that, the other half was compiled without: memory would look as if it
/// were still poisoned.
extern "C" const char *__asan_default_options() {
  return "allow_user_poisoning=0";
}
