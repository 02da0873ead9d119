//===- Interface.cpp - The C interface of a model -------------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "snn/Target/C11/Interface.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/MathExtras.h"

#include <numeric>

using namespace llvm;
using namespace snn;

//===----------------------------------------------------------------------===//
// What follows from the parts
//===----------------------------------------------------------------------===//

/// In the order of the roles.
static constexpr StringLiteral kRoleNames[] = {
    "input", "output", "events", "count", "state", "scratch", "arena"};

StringRef snn::getName(ModelArray::Role role) {
  return kRoleNames[static_cast<size_t>(role)];
}

std::optional<ModelArray::Role> snn::parseRole(StringRef name) {
  const StringLiteral *found = find(kRoleNames, name);
  if (found == std::end(kRoleNames))
    return std::nullopt;
  return static_cast<ModelArray::Role>(found - std::begin(kRoleNames));
}

bool ModelArray::isMember() const {
  return role == Role::State || role == Role::Scratch || role == Role::Arena;
}

int64_t ModelArray::getNumElements() const {
  return std::accumulate(shape.begin(), shape.end(), int64_t(1),
                         std::multiplies<>());
}

std::pair<int64_t, int64_t> ModelArray::getLayout() const {
  constexpr int64_t kWord = 4;
  int64_t alignment =
      words.empty() ? elementBytes : std::max(kWord, elementBytes);
  auto bytes =
      static_cast<int64_t>(alignTo(getNumElements() * elementBytes, alignment));
  return {bytes, alignment};
}

int64_t ModelTable::getNumElements() const {
  return std::accumulate(shape.begin(), shape.end(), int64_t(1),
                         std::multiplies<>());
}

std::string ModelInterface::getMacro(StringRef suffix) const {
  return StringRef(prefix).upper() + "_" + suffix.str();
}

std::vector<ModelArray> ModelInterface::getMembers() const {
  std::vector<ModelArray> members;
  for (const ModelArray &parameter : step.parameters)
    if (parameter.isMember() && parameter.role != ModelArray::Role::Arena)
      members.push_back(parameter);
  return members;
}

std::pair<int64_t, int64_t> ModelInterface::getLayout() const {
  int64_t end = 0, alignment = 1;
  auto place = [&](int64_t bytes, int64_t align) {
    alignment = std::max(alignment, align);
    end = static_cast<int64_t>(alignTo(end, align)) + bytes;
  };
  auto placeArena = [&] {
    int64_t widest = 1;
    for (const auto &[type, bytes] : arena->types)
      widest = std::max(widest, bytes);
    place(static_cast<int64_t>(alignTo(arena->bytes, widest)), widest);
  };
  if (arena && arena->comesFirst)
    placeArena();
  if (weights) // a pointer
    place(8, 8);
  for (const ModelArray &member : getMembers()) {
    auto [bytes, align] = member.getLayout();
    place(bytes, align);
  }
  if (arena && !arena->comesFirst)
    placeArena();
  return {std::max<int64_t>(1, static_cast<int64_t>(alignTo(end, alignment))),
          alignment};
}

int64_t ModelInterface::getMostEvents() const {
  int64_t most = 0;
  for (const ModelArray &parameter : step.parameters)
    if (parameter.role == ModelArray::Role::Input &&
        parameter.content == ModelContent::Spikes)
      most = std::max(most, parameter.getNumElements());
  return most;
}

//===----------------------------------------------------------------------===//
// JSON
//===----------------------------------------------------------------------===//

static StringRef getName(ModelContent content) {
  constexpr StringLiteral names[] = {"spikes",   "counts",    "values",
                                     "integers", "positions", "bytes"};
  return names[static_cast<size_t>(content)];
}

/// Names of nodes may be any bytes.
static std::string getUtf8(StringRef text) { return json::fixUTF8(text); }

static json::Value toJSON(const std::optional<ModelScale> &scale) {
  if (!scale)
    return nullptr;
  json::Object object{{"macro", scale->macro},
                      {"values", json::Array(scale->values)}};
  object["axis"] = scale->axis ? json::Value(*scale->axis) : nullptr;
  return object;
}

static json::Object toJSON(const ModelArray &array) {
  json::Object object{{"role", getName(array.role)},
                      {"name", array.name},
                      {"type", array.type},
                      {"content", getName(array.content)},
                      {"shape", json::Array(array.shape)}};
  if (array.isMember()) {
    object["owner"] = getUtf8(array.owner);
    object["bytes"] = array.getNumElements() * array.elementBytes;
    return object;
  }
  object["node"] = getUtf8(array.node);
  object["scale"] = toJSON(array.scale);
  if (!array.sizeMacro.empty())
    object["size"] = json::Object{{"macro", array.sizeMacro},
                                  {"value", array.getNumElements()}};
  return object;
}

static json::Object toJSON(const ModelFunction &function) {
  json::Array parameters;
  for (const ModelArray &parameter : function.parameters)
    if (!parameter.isMember())
      parameters.push_back(toJSON(parameter));
  return json::Object{{"name", function.name},
                      {"parameters", std::move(parameters)}};
}

static json::Object toJSON(const ModelTap &tap) {
  return json::Object{{"signal", getUtf8(tap.signal)},
                      {"name", tap.name},
                      {"type", tap.type},
                      {"content", getName(tap.content)},
                      {"shape", json::Array(tap.shape)},
                      {"channels_last", tap.isChannelsLast},
                      {"scale", toJSON(tap.scale)}};
}

static json::Value toJSON(const std::optional<ModelHelpers> &helpers) {
  if (!helpers)
    return nullptr;
  return json::Object{{"name", helpers->name},
                      {"source", helpers->name + ".c"},
                      {"header", helpers->name + ".h"},
                      {"version", int64_t(helpers->version)}};
}

static json::Value toJSON(const std::optional<ModelProfile> &profile) {
  if (!profile)
    return nullptr;
  json::Array calls, lists;
  for (const ProfiledCall &call : profile->calls) {
    json::Array functions;
    if (call.isInStep)
      functions.push_back("step");
    if (call.isInStepEvents)
      functions.push_back("step_events");
    calls.push_back(json::Object{{"name", call.name},
                                 {"node", getUtf8(call.node)},
                                 {"functions", std::move(functions)}});
  }
  for (const ProfiledList &list : profile->lists)
    lists.push_back(json::Object{{"name", list.name},
                                 {"node", getUtf8(list.node)},
                                 {"size", list.size}});
  return json::Object{{"calls", std::move(calls)}, {"lists", std::move(lists)}};
}

static json::Value toJSON(const ModelInterface &interface,
                          const std::optional<ModelWeights> &weights) {
  if (!weights)
    return nullptr;
  json::Array tables;
  for (const ModelTable &table : weights->tables)
    tables.push_back(json::Object{{"node", getUtf8(table.node)},
                                  {"name", table.name},
                                  {"type", table.type},
                                  {"shape", json::Array(table.shape)},
                                  {"offset", table.offset}});
  return json::Object{{"load", interface.prefix + "_load"},
                      {"version", int64_t(ModelWeights::kVersion)},
                      {"bytes", weights->bytes},
                      {"alignment", weights->alignment},
                      {"digest", toHex(weights->digest, /*LowerCase=*/true)},
                      {"tables", std::move(tables)}};
}

static json::Object getStruct(const ModelInterface &interface) {
  json::Array members;
  for (const ModelArray &member : interface.getMembers())
    members.push_back(toJSON(member));
  if (interface.arena)
    members.insert(interface.arena->comesFirst ? members.begin()
                                               : members.end(),
                   json::Object{{"role", getName(ModelArray::Role::Arena)},
                                {"name", interface.arena->name},
                                {"bytes", interface.arena->bytes}});
  auto [bytes, alignment] = interface.getLayout();
  return json::Object{{"name", interface.prefix + "_t"},
                      {"bytes", bytes},
                      {"alignment", alignment},
                      {"members", std::move(members)}};
}

void snn::printInterface(const ModelInterface &interface, raw_ostream &os) {
  auto getFacts = [](const auto &facts) {
    json::Object object;
    for (const auto &[key, text] : facts)
      object[getUtf8(key)] = getUtf8(text);
    return object;
  };
  json::Array taps;
  for (const ModelTap &tap : interface.taps)
    taps.push_back(toJSON(tap));
  json::Object functions{{"init", interface.prefix + "_init"},
                         {"step", toJSON(interface.step)}};
  functions["step_events"] = interface.stepEvents
                                 ? json::Value(toJSON(*interface.stepEvents))
                                 : nullptr;
  json::Object object{{"schema", 1},
                      {"prefix", interface.prefix},
                      {"source", interface.sourceName},
                      {"header", interface.headerName},
                      {"dt", interface.dt},
                      {"provenance", getFacts(interface.provenance)},
                      {"discretization", getFacts(interface.discretization)},
                      {"struct", getStruct(interface)},
                      {"functions", std::move(functions)},
                      {"most_events", interface.getMostEvents()},
                      {"weights", toJSON(interface, interface.weights)},
                      {"taps", std::move(taps)},
                      {"profile", toJSON(interface.profile)},
                      {"helpers", toJSON(interface.helpers)}};
  os << formatv("{0:2}\n", json::Value(std::move(object)));
}
