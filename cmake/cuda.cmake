# CUDA is used where the toolkit is found; one line says what was decided.
option(TYPENET_CUDA "Build the CUDA runtime where nvcc is found" ON)
include(CheckLanguage)
if(TYPENET_CUDA)
    check_language(CUDA)
endif()
if(NOT TYPENET_CUDA)
    message(STATUS "typenet: CUDA is switched off (TYPENET_CUDA=OFF); the CPU runtime is built")
elseif(NOT CMAKE_CUDA_COMPILER)
    message(STATUS "typenet: no nvcc was found; the CPU runtime is built")
else()
    # Where nobody names architectures, the library and the tests are for all of these, and a program, whose kernels take
    # long to compile, for the first: newer GPUs translate its PTX at their first start.
    set(TYPENET_PROGRAM_ARCHITECTURES "${CMAKE_CUDA_ARCHITECTURES}")
    if(NOT CMAKE_CUDA_ARCHITECTURES)
        set(CMAKE_CUDA_ARCHITECTURES 80-real 90-real 120)
        set(TYPENET_PROGRAM_ARCHITECTURES 80)
    endif()
    enable_language(CUDA)
    # CMake 3.25 does not know that nvcc has C++20.
    if(NOT CMAKE_CUDA20_STANDARD_COMPILE_OPTION)
        set(CMAKE_CUDA20_STANDARD_COMPILE_OPTION -std=c++20)
        set(CMAKE_CUDA20_EXTENSION_COMPILE_OPTION -std=c++20)
    endif()
    find_package(CUDAToolkit REQUIRED)
    file(GLOB_RECURSE cuda_sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/runtime/cuda/*.cu)
    add_library(typenet_cuda STATIC ${cuda_sources})
    add_library(typenet::cuda ALIAS typenet_cuda)
    # Functions of layers are constexpr, not __device__: dsl/ knows nothing of CUDA. A function that is not constexpr is
    # an error where a kernel calls it.
    target_compile_options(typenet_cuda PUBLIC
        "$<$<COMPILE_LANGUAGE:CUDA>:--expt-relaxed-constexpr;-Werror=cross-execution-space-call>"
        "$<$<COMPILE_LANGUAGE:CUDA>:-Xcompiler=-Wall,-Wextra>")
    target_link_libraries(typenet_cuda PUBLIC typenet CUDA::cudart_static CUDA::cublasLt)
    list(TRANSFORM CMAKE_CUDA_ARCHITECTURES REPLACE "^([0-9]+).*" "sm_\\1" OUTPUT_VARIABLE cuda_names)
    list(JOIN cuda_names ", " cuda_names)
    message(STATUS "typenet: CUDA ${CMAKE_CUDA_COMPILER_VERSION} for ${cuda_names}: every layer, loss and optimizer; "
                   "Conv + BN + Relu + Pool fused in fp32, tf32 or bf16, Relu + Dropout fused, Dense through cuBLAS")
    # Several GPUs: NCCL sums what lies on them, MPI brings the processes together.
    find_path(TYPENET_NCCL_HEADER nccl.h HINTS ${CUDAToolkit_INCLUDE_DIRS})
    find_library(TYPENET_NCCL nccl HINTS ${CUDAToolkit_LIBRARY_DIR})
    if(MPI_CXX_FOUND AND TYPENET_NCCL AND TYPENET_NCCL_HEADER)
        add_library(typenet_nccl STATIC ${PROJECT_SOURCE_DIR}/runtime/distributed/nccl_group.cpp)
        target_include_directories(typenet_nccl SYSTEM PRIVATE ${TYPENET_NCCL_HEADER})
        target_link_libraries(typenet_nccl PUBLIC typenet_group CUDA::cudart_static PRIVATE ${TYPENET_NCCL})
        message(STATUS "typenet: NCCL ${TYPENET_NCCL} sums gradients of several GPUs")
    else()
        message(STATUS "typenet: one GPU trains a model; several need NCCL and MPI")
    endif()
endif()
