# CMake 3.25 does not know that nvcc has C++20. In the cache, every folder that links typenet::cuda sees it.
if(NOT CMAKE_CUDA20_STANDARD_COMPILE_OPTION)
    set(CMAKE_CUDA20_STANDARD_COMPILE_OPTION -std=c++20 CACHE INTERNAL "How nvcc is told to compile C++20")
    set(CMAKE_CUDA20_EXTENSION_COMPILE_OPTION -std=c++20 CACHE INTERNAL "The same; nvcc has no extensions")
endif()
