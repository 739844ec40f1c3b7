# How headers are named. Users write <typenet/typenet.hpp> for the umbrella and <typenet/runtime/model/model.hpp> for the
# rest, from the build folder as from an installed tree; headers name each other "runtime/model/model.hpp".
include(GNUInstallDirs)
set(typenet_headers ${PROJECT_BINARY_DIR}/include)
file(MAKE_DIRECTORY ${typenet_headers}/typenet)
foreach(folder dsl runtime)
    file(CREATE_LINK ${PROJECT_SOURCE_DIR}/${folder} ${typenet_headers}/typenet/${folder} SYMBOLIC)
endforeach()
file(CONFIGURE OUTPUT ${typenet_headers}/typenet/typenet.hpp @ONLY CONTENT
"// The umbrella: what a first program needs.
#pragma once
#include \"dsl/typenet.hpp\"
")
target_include_directories(typenet PUBLIC
    "$<BUILD_INTERFACE:${PROJECT_SOURCE_DIR};${typenet_headers}>"
    "$<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR};${CMAKE_INSTALL_INCLUDEDIR}/typenet>")
