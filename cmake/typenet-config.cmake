# find_package(typenet): typenet::typenet, and of the parts below those that were built and whose needs are met here. A
# part that is asked for by COMPONENTS and is not there is an error.
include(CMakeFindDependencyMacro)
find_dependency(Threads)
find_dependency(Boost 1.74)
find_dependency(fmt)
find_dependency(nlohmann_json)
find_dependency(ZLIB)
include(${CMAKE_CURRENT_LIST_DIR}/typenet-targets.cmake)

# typenet::group, for programs that mpirun starts: where it was built with MPI it needs that here too.
file(READ ${CMAKE_CURRENT_LIST_DIR}/typenet-group-targets.cmake typenet_group_targets)
if(typenet_group_targets MATCHES "MPI::MPI_CXX")
    find_package(MPI QUIET COMPONENTS CXX)
endif()
if(NOT typenet_group_targets MATCHES "MPI::MPI_CXX" OR MPI_CXX_FOUND)
    include(${CMAKE_CURRENT_LIST_DIR}/typenet-group-targets.cmake)
endif()

# typenet::cuda, for programs that nvcc compiles, and typenet::nccl, for those that train on several GPUs.
if(EXISTS ${CMAKE_CURRENT_LIST_DIR}/typenet-cuda-targets.cmake)
    find_package(CUDAToolkit QUIET)
    if(CUDAToolkit_FOUND)
        include(${CMAKE_CURRENT_LIST_DIR}/typenet-cuda20.cmake)
        include(${CMAKE_CURRENT_LIST_DIR}/typenet-cuda-targets.cmake)
    endif()
    if(CUDAToolkit_FOUND AND TARGET typenet::group)
        include(${CMAKE_CURRENT_LIST_DIR}/typenet-nccl-targets.cmake)
    endif()
endif()

foreach(part ${typenet_FIND_COMPONENTS})
    if(TARGET typenet::${part})
        set(typenet_${part}_FOUND TRUE)
    elseif(typenet_FIND_REQUIRED_${part})
        set(typenet_FOUND FALSE)
        set(typenet_NOT_FOUND_MESSAGE
            "typenet::${part} is not there: typenet was built without it, or what it needs (group: MPI, cuda: the CUDA toolkit, nccl: both) was not found")
    endif()
endforeach()
