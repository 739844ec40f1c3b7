# PROJECT takes typenet in from SOURCE, as by FetchContent, and compiles against its headers.
include(${CMAKE_CURRENT_LIST_DIR}/must_run.cmake)
file(REMOVE_RECURSE ${FOLDER})
must_run(${CMAKE_COMMAND} -S ${PROJECT} -B ${FOLDER} -G ${GENERATOR} -D CMAKE_BUILD_TYPE=Release
         -D CMAKE_CXX_COMPILER=${COMPILER} -D TYPENET_SOURCE=${SOURCE} -D TYPENET_CUDA=OFF)
must_run(${CMAKE_COMMAND} --build ${FOLDER} --target subproject)
