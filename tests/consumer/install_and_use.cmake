# BUILD is installed below FOLDER and moved; PROJECT is copied there, built against it and run. CUDA is the nvcc of BUILD,
# or nothing where BUILD has no CUDA.
include(${CMAKE_CURRENT_LIST_DIR}/must_run.cmake)

file(REMOVE_RECURSE ${FOLDER})
must_run(${CMAKE_COMMAND} --install ${BUILD} --prefix ${FOLDER}/installed)
file(RENAME ${FOLDER}/installed ${FOLDER}/moved)
set(with_cuda "")
if(CUDA)
    set(with_cuda -D CUDA=ON -D CMAKE_CUDA_COMPILER=${CUDA} -D CMAKE_CUDA_ARCHITECTURES=80)
endif()
file(COPY ${PROJECT} DESTINATION ${FOLDER})
must_run(${CMAKE_COMMAND} -S ${FOLDER}/project -B ${FOLDER}/build -G ${GENERATOR} -D CMAKE_BUILD_TYPE=Release
         -D CMAKE_CXX_COMPILER=${COMPILER} -D CMAKE_PREFIX_PATH=${FOLDER}/moved ${with_cuda})
must_run(${CMAKE_COMMAND} --build ${FOLDER}/build)
must_run(${FOLDER}/build/trains)
must_run(${FOLDER}/build/classifies)
must_run(${FOLDER}/build/reads_and_saves ${FOLDER})
if(CUDA)
    must_run(${FOLDER}/build/trains_on_gpu)
endif()
