# BUILD is installed below FOLDER and moved; PROJECT is copied there, built against it and run.
function(must_run)
    execute_process(COMMAND ${ARGN} RESULT_VARIABLE status OUTPUT_VARIABLE said ERROR_VARIABLE complaint)
    list(JOIN ARGN " " command)
    if(NOT status EQUAL 0)
        message(FATAL_ERROR "${command}\nended with ${status}:\n${said}${complaint}")
    endif()
    message(STATUS "${command}\n${said}")
endfunction()

file(REMOVE_RECURSE ${FOLDER})
must_run(${CMAKE_COMMAND} --install ${BUILD} --prefix ${FOLDER}/installed)
file(RENAME ${FOLDER}/installed ${FOLDER}/moved)
file(COPY ${PROJECT} DESTINATION ${FOLDER})
must_run(${CMAKE_COMMAND} -S ${FOLDER}/project -B ${FOLDER}/build -G ${GENERATOR} -D CMAKE_BUILD_TYPE=Release
         -D CMAKE_CXX_COMPILER=${COMPILER} -D CMAKE_PREFIX_PATH=${FOLDER}/moved)
must_run(${CMAKE_COMMAND} --build ${FOLDER}/build)
must_run(${FOLDER}/build/trains)
must_run(${FOLDER}/build/reads_and_saves ${FOLDER})
