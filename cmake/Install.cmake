# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# `cmake --install build` makes a package of headers, libraries and programs: find_package(SNN).
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

set(SNN_PACKAGE_DIR "${CMAKE_INSTALL_LIBDIR}/cmake/SNN")
install(DIRECTORY include/snn DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}" COMPONENT development)
install(DIRECTORY dialect "${PROJECT_BINARY_DIR}/dialect"
  DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}" COMPONENT development
  FILES_MATCHING PATTERN "*.td" PATTERN "*.inc" PATTERN CMakeFiles EXCLUDE PATTERN docs EXCLUDE)
install(EXPORT SNNTargets NAMESPACE SNN:: DESTINATION "${SNN_PACKAGE_DIR}" COMPONENT development)
configure_package_config_file(cmake/SNNConfig.cmake.in "${PROJECT_BINARY_DIR}/cmake/SNNConfig.cmake"
  INSTALL_DESTINATION "${SNN_PACKAGE_DIR}" NO_SET_AND_CHECK_MACRO NO_CHECK_REQUIRED_COMPONENTS_MACRO)
write_basic_package_version_file("${PROJECT_BINARY_DIR}/cmake/SNNConfigVersion.cmake"
  COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/cmake/SNNConfig.cmake"
  "${PROJECT_BINARY_DIR}/cmake/SNNConfigVersion.cmake" cmake/MLIR.cmake
  DESTINATION "${SNN_PACKAGE_DIR}" COMPONENT development)
