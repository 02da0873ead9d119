//===- Identifiers.cpp - Names from a file become C names -----------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Identifiers.h"

#include "snn/Target/C11/C11.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

using namespace llvm;

using namespace snn;

namespace snn::c11 {

/// Identifiers may be cut to this length before they are made unique.
static constexpr size_t kMaxLength = 48;

/// Words that cannot be used in C11, C++ or with the headers that are included,
/// and macros that compilers define in GNU mode.
static constexpr StringLiteral kReserved[] = {
    "alignas",      "alignof",   "and",
    "and_eq",       "asm",       "auto",
    "bitand",       "bitor",     "bool",
    "break",        "case",      "catch",
    "char",         "char16_t",  "char32_t",
    "char8_t",      "class",     "co_await",
    "co_return",    "co_yield",  "compl",
    "concept",      "const",     "const_cast",
    "consteval",    "constexpr", "constinit",
    "continue",     "decltype",  "default",
    "delete",       "do",        "double",
    "dynamic_cast", "else",      "enum",
    "explicit",     "export",    "extern",
    "false",        "float",     "for",
    "friend",       "goto",      "i386",
    "if",           "inline",    "int",
    "linux",        "long",      "mutable",
    "namespace",    "new",       "noexcept",
    "not",          "not_eq",    "nullptr",
    "offsetof",     "operator",  "or",
    "or_eq",        "private",   "protected",
    "public",       "register",  "reinterpret_cast",
    "requires",     "restrict",  "return",
    "short",        "signed",    "size_t",
    "sizeof",       "static",    "static_assert",
    "static_cast",  "struct",    "switch",
    "template",     "this",      "thread_local",
    "throw",        "true",      "try",
    "typedef",      "typeid",    "typename",
    "typeof",       "uint8_t",   "union",
    "unix",         "unsigned",  "using",
    "virtual",      "void",      "volatile",
    "wchar_t",      "while",     "xor",
    "xor_eq",       "memcpy",    "memset",
    "NULL",         "RESTRICT",  "SNN_TABLE",
    "SNN_LAYER",    "AVR"};

static bool isReserved(StringRef name) { return is_contained(kReserved, name); }

std::string sanitize(StringRef text) {
  std::string result;
  for (char c : text) {
    if (isAlnum(c))
      result += c;
    else if (!result.empty() && result.back() != '_')
      result += '_';
    if (result.size() == kMaxLength)
      break;
  }
  while (!result.empty() && result.back() == '_')
    result.pop_back();
  return result.empty() ? "node" : result;
}

std::string escapeComment(StringRef text, bool multiline) {
  std::string result;
  for (char c : text) {
    bool startsToken = !result.empty() && ((result.back() == '*' && c == '/') ||
                                           (result.back() == '/' && c == '*') ||
                                           (result.back() == '?' && c == '?'));
    if (startsToken)
      result += ' ';
    if (isPrint(c) || (multiline && c == '\n'))
      result += c;
    else
      result += "\\x" + utohexstr(static_cast<unsigned char>(c), false, 2);
  }
  return result;
}

bool NameTable::isTaken(StringRef name) const {
  return taken.contains(name) || (outer && outer->isTaken(name));
}

std::string NameTable::add(StringRef wanted) {
  std::string base = sanitize(wanted);
  if (isDigit(base.front()))
    base = "n" + base;
  auto makeName = [&](unsigned number) {
    return number < 2 ? base : base + "_" + std::to_string(number);
  };
  // Many nodes may want the same name: do not begin with 1 every time.
  unsigned &number = firstFree.try_emplace(base, 1).first->second;
  while (isReserved(makeName(number)) || isTaken(makeName(number)))
    ++number;
  std::string name = makeName(number);
  taken[name] = {base, number};
  return name;
}

void NameTable::remove(StringRef name) {
  auto it = taken.find(name);
  if (it == taken.end())
    return;
  unsigned &number = firstFree[it->second.base];
  number = std::min(number, it->second.number);
  taken.erase(it);
}

} // namespace snn::c11

/// Names for which NAME_t is a type of C or POSIX.
static constexpr StringLiteral kTypes[] = {
    "blkcnt",       "blksize",     "char16",       "char32",
    "clock",        "clockid",     "cnd",          "constraint_handler",
    "dev",          "div",         "double",       "errno",
    "fexcept",      "fenv",        "float",        "fpos",
    "fsblkcnt",     "fsfilcnt",    "gid",          "id",
    "idtype",       "imaxdiv",     "ino",          "int16",
    "int32",        "int64",       "int8",         "int_fast16",
    "int_fast32",   "int_fast64",  "int_fast8",    "int_least16",
    "int_least32",  "int_least64", "int_least8",   "intmax",
    "intptr",       "key",         "ldiv",         "lldiv",
    "locale",       "loff",        "max_align",    "mbstate",
    "mode",         "mtx",         "nlink",        "nullptr",
    "off",          "pid",         "ptrdiff",      "quad",
    "register",     "rsize",       "sig_atomic",   "sigset",
    "size",         "ssize",       "stack",        "suseconds",
    "thrd",         "time",        "timer",        "tss",
    "u_int16",      "u_int32",     "u_int64",      "u_int8",
    "u_quad",       "uid",         "uint16",       "uint32",
    "uint64",       "uint8",       "uint_fast16",  "uint_fast32",
    "uint_fast64",  "uint_fast8",  "uint_least16", "uint_least32",
    "uint_least64", "uint_least8", "uintmax",      "uintptr",
    "useconds",     "wchar",       "wctrans",      "wctype",
    "wint"};

bool snn::isC11Prefix(StringRef text) {
  auto isPart = [](char c) { return isAlnum(c) || c == '_'; };
  return !text.empty() && isAlpha(text.front()) && all_of(text, isPart) &&
         text.size() <= c11::kMaxLength && !c11::isReserved(text) &&
         !is_contained(kTypes, text);
}
