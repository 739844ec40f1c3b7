# The library typenet: what of the runtime is not a template. A source file in its folder is part of it.
file(GLOB_RECURSE sources CONFIGURE_DEPENDS RELATIVE ${PROJECT_SOURCE_DIR}
     ${PROJECT_SOURCE_DIR}/dsl/*.cpp ${PROJECT_SOURCE_DIR}/runtime/*.cpp)
# What needs MPI or NCCL, and what stands in where there is none, are libraries of their own (cmake/mpi.cmake and
# cmake/cuda.cmake).
list(FILTER sources EXCLUDE REGEX "^runtime/train/(mpi_group|no_mpi|nccl_group|no_nccl)\\.cpp$")
# What needs a library that may be absent (cmake/image_libraries.cmake).
list(FILTER sources EXCLUDE REGEX "^runtime/data/image/(jpeg_libjpeg|png_libpng|webp_libwebp|heif_libheif)\\.cpp$")
# Of these, one is compiled (cmake/fonts.cmake).
list(FILTER sources EXCLUDE REGEX "^runtime/report/(no_)?installed_fonts\\.cpp$")
add_library(typenet STATIC ${sources})
add_library(typenet::typenet ALIAS typenet)
set_target_properties(typenet PROPERTIES POSITION_INDEPENDENT_CODE ON)
target_compile_features(typenet PUBLIC cxx_std_20)
# The optimizers' steps are compiled in the programs that train: a square root that sets errno is no vector's, and Adam
# then takes three times as long.
target_compile_options(typenet PUBLIC $<$<COMPILE_LANGUAGE:CXX>:-fno-math-errno>)
include(cmake/headers.cmake)
include(cmake/stb.cmake)
include(cmake/image_libraries.cmake)
include(cmake/fonts.cmake)
target_include_directories(typenet SYSTEM BEFORE PRIVATE ${TYPENET_STB_DECODER})
target_include_directories(typenet SYSTEM PRIVATE ${TYPENET_STB} ${TYPENET_CBLAS} ${TYPENET_PROTOZERO})
target_link_libraries(typenet PUBLIC Threads::Threads Boost::headers
                      PRIVATE fmt::fmt nlohmann_json::nlohmann_json ZLIB::ZLIB
                              $<BUILD_INTERFACE:${TYPENET_OPENBLAS}> $<INSTALL_INTERFACE:openblas>)

# stb_image decodes untrusted bytes: overflow wraps and what it leaves unset has a fixed value.
set_source_files_properties(runtime/data/stb.cpp PROPERTIES
                            COMPILE_OPTIONS "-fwrapv;-ftrivial-auto-var-init=pattern")
set_source_files_properties(runtime/data/image/stb_decode.cpp PROPERTIES
                            COMPILE_DEFINITIONS TN_STB_VERSION="${stb_version}")

# Comparisons and divisions that may not be computed where they are not chosen keep g++ from vectors; the values are the
# same.
set_source_files_properties(runtime/data/pixel_rows.cpp PROPERTIES COMPILE_OPTIONS -fno-trapping-math)

# Its vector kernels count on a multiply and an add becoming one instruction where there is one, and a sum being the same
# wherever it is inlined. With "fast", clang decides that anew at every place; g++ has no "on". That sums of pointers do
# not overflow takes clang 50 seconds to instrument here; that they stay within their objects is watched all the same.
set(vector_kernels attention channels_last conv_block dense planes recurrent sample_norm)
list(TRANSFORM vector_kernels REPLACE "(.+)" "runtime/cpu/\\1.cpp")
set_source_files_properties(${vector_kernels} PROPERTIES COMPILE_OPTIONS
    "$<IF:$<CXX_COMPILER_ID:GNU>,-ffp-contract=fast,-ffp-contract=on;-fno-sanitize=pointer-overflow>")

# Products of bytes give the same bits in vectors of every width: what sums become is a product and an addition in all.
set_source_files_properties(runtime/cpu/int8.cpp PROPERTIES COMPILE_OPTIONS
    "-ffp-contract=off;-fno-sanitize=pointer-overflow")

# What is compiled otherwise than the rest cannot share its precompiled headers.
target_precompile_headers(typenet PRIVATE ${TYPENET_COMMON_HEADERS})
set_source_files_properties(${vector_kernels} runtime/cpu/int8.cpp runtime/data/pixel_rows.cpp runtime/data/stb.cpp
                            runtime/data/image/stb_decode.cpp PROPERTIES SKIP_PRECOMPILE_HEADERS ON)
