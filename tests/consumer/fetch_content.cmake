# The example that takes typenet in by FetchContent is configured in FOLDER, from the local tree, and compiled against its
# headers, as subproject.cmake does it; the library itself, which takes minutes, is that of the other tests.
include(${CMAKE_CURRENT_LIST_DIR}/must_run.cmake)
file(REMOVE_RECURSE ${FOLDER})
must_run(${CMAKE_COMMAND} -S ${PROJECT} -B ${FOLDER} -G ${GENERATOR} -D CMAKE_BUILD_TYPE=Release
         -D CMAKE_CXX_COMPILER=${COMPILER} -D TYPENET_CUDA=OFF)
set(object main.o)
if(GENERATOR MATCHES Ninja)
    set(object CMakeFiles/fetched.dir/main.cpp.o)
endif()
must_run(${CMAKE_COMMAND} --build ${FOLDER} --target ${object})
