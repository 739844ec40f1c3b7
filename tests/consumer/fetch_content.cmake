# The example that takes typenet in by FetchContent is built in FOLDER, from the local tree, and run.
include(${CMAKE_CURRENT_LIST_DIR}/must_run.cmake)
file(REMOVE_RECURSE ${FOLDER})
must_run(${CMAKE_COMMAND} -S ${PROJECT} -B ${FOLDER} -G ${GENERATOR} -D CMAKE_BUILD_TYPE=Release
         -D CMAKE_CXX_COMPILER=${COMPILER} -D CMAKE_CXX_COMPILER_LAUNCHER=${LAUNCHER} -D TYPENET_CUDA=OFF)
must_run(${CMAKE_COMMAND} --build ${FOLDER} --target fetched)
must_run(${FOLDER}/fetched)
