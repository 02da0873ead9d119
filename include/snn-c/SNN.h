/*===- SNN.h - C interface of the snn dialect ---------------------*- C -*-===*\
|*
|* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
|*
\*===----------------------------------------------------------------------===*/

#ifndef SNN_C_SNN_H
#define SNN_C_SNN_H

#include "mlir-c/IR.h"
#include "mlir-c/Support.h"

#ifdef __cplusplus
extern "C" {
#endif

MLIR_DECLARE_CAPI_DIALECT_REGISTRATION(SNN, snn);

/// snn, the upstream dialects that networks meet, and the implementations of
/// interfaces that the passes need.
MLIR_CAPI_EXPORTED void snnRegisterDialects(MlirDialectRegistry registry);
/// Passes and pipelines.
MLIR_CAPI_EXPORTED void snnRegisterPasses(void);

MLIR_CAPI_EXPORTED bool snnTypeIsEvents(MlirType type);
MLIR_CAPI_EXPORTED MlirTypeID snnEventsTypeGetTypeID(void);
/// `size` is at least 1.
MLIR_CAPI_EXPORTED MlirType snnEventsTypeGet(MlirContext context, int64_t size);
MLIR_CAPI_EXPORTED int64_t snnEventsTypeGetSize(MlirType type);

/// What a constant holds: numbers in row-major order, one for all elements if
/// `count` is 1, with the type that they are stored in. A number that is no
/// tensor has rank 0.
typedef void (*SnnConstantCallback)(MlirType elementType, intptr_t rank,
                                    const int64_t *shape, intptr_t count,
                                    const double *values, void *userData);
/// Calls back once if the attribute holds numbers of floating-point or integer
/// type; false otherwise.
MLIR_CAPI_EXPORTED bool snnAttributeGetConstant(MlirAttribute attribute,
                                                SnnConstantCallback callback,
                                                void *userData);

/// Calls back once for each signal that can be tapped in a lowered network.
MLIR_CAPI_EXPORTED void
snnFindSignals(MlirModule module, MlirStringCallback callback, void *userData);
/// Whether all names of a C file can begin with the text.
MLIR_CAPI_EXPORTED bool snnIsC11Prefix(MlirStringRef text);
/// The network as C11, lowered to loops first if it is not; the module stays as
/// it is. The strings are as in snn/Target/C11/C11.h.
MLIR_CAPI_EXPORTED MlirLogicalResult snnTranslateToC11(
    MlirModule module, MlirStringRef prefix, MlirStringRef headerName,
    intptr_t numTaps, const MlirStringRef *taps, bool profile,
    MlirStringCallback source, void *sourceData, MlirStringCallback header,
    void *headerData);

#ifdef __cplusplus
}
#endif

#endif /* SNN_C_SNN_H */
