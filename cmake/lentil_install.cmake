# find_package(lentil) and pkg-config lentil for those who do not build from our sources.
include(CMakePackageConfigHelpers)

get_property(libraries GLOBAL PROPERTY LENTIL_LIBRARIES)
get_property(LENTIL_READS_DATA GLOBAL PROPERTY LENTIL_READS_DATA)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/lentil)

install(TARGETS ${libraries} EXPORT lentil ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
# For C.
if(TARGET lentil_shared)
  install(TARGETS lentil_shared EXPORT lentil LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
endif()
install(FILES ${PROJECT_SOURCE_DIR}/formats/device/lentil.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
if(LENTIL_BUILD_PROGRAM)
  install(TARGETS lentil RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
  if(NOT CMAKE_CROSSCOMPILING)
    include(manual)
  endif()
endif()
foreach(folder kernels runtime formats models)
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/${folder} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/lentil
    FILES_MATCHING PATTERN *.h
    PATTERN cpu EXCLUDE   # what one instruction set is made of
    PATTERN ops EXCLUDE
    PATTERN device EXCLUDE  # lentil.h apart, what the C API is made of
    PATTERN import EXCLUDE PATTERN export EXCLUDE)  # the program's
endforeach()

install(EXPORT lentil NAMESPACE lentil:: FILE lentilTargets.cmake DESTINATION ${package_dir})
configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/lentilConfig.cmake.in
  ${PROJECT_BINARY_DIR}/lentilConfig.cmake INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/lentilConfigVersion.cmake COMPATIBILITY SameMajorVersion)
install(FILES ${PROJECT_BINARY_DIR}/lentilConfig.cmake ${PROJECT_BINARY_DIR}/lentilConfigVersion.cmake
  DESTINATION ${package_dir})

# Relative to the file itself, so that an installed tree may be moved.
file(RELATIVE_PATH LENTIL_PC_PREFIX
  ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_PREFIX})
string(REGEX REPLACE "/$" "" LENTIL_PC_PREFIX "${LENTIL_PC_PREFIX}")
# Users before what they use, as linkers of static libraries want it.
set(LENTIL_PC_LIBS "")
foreach(library ${libraries})
  string(PREPEND LENTIL_PC_LIBS " -l${library}")
endforeach()
set(LENTIL_PC_REQUIRES_PRIVATE "")
set(LENTIL_PC_LIBS_PRIVATE "${CMAKE_THREAD_LIBS_INIT} -l${CMAKE_DL_LIBS}")
if(LENTIL_READS_DATA)
  set(LENTIL_PC_REQUIRES_PRIVATE "zlib libpng libjpeg libzip")
  string(APPEND LENTIL_PC_LIBS_PRIVATE " -lmd")
endif()
configure_file(${PROJECT_SOURCE_DIR}/cmake/lentil.pc.in ${PROJECT_BINARY_DIR}/lentil.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/lentil.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
