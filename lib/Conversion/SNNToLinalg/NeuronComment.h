//===- NeuronComment.h - A neuron's equations as text -----------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SNN_LIB_CONVERSION_SNNTOLINALG_NEURONCOMMENT_H
#define SNN_LIB_CONVERSION_SNNTOLINALG_NEURONCOMMENT_H

#include "Coefficients.h"
#include "snn/IR/Neuron.h"

namespace snn {

/// One step of a neuron with its coefficients, a line for each assignment:
///
///     u = 0.9 * v + x
///     spike = u > 1
///     v = spike ? u - 1 : u
std::string describeNeuron(const NeuronModel &model, const Coefficients &c);

} // namespace snn

#endif // SNN_LIB_CONVERSION_SNNTOLINALG_NEURONCOMMENT_H
