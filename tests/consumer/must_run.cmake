# usage: must_run(COMMAND...): runs it and shows what it printed; that it fails is an error.
function(must_run)
    execute_process(COMMAND ${ARGN} RESULT_VARIABLE status OUTPUT_VARIABLE said ERROR_VARIABLE complaint)
    list(JOIN ARGN " " command)
    if(NOT status EQUAL 0)
        message(FATAL_ERROR "${command}\nended with ${status}:\n${said}${complaint}")
    endif()
    message(STATUS "${command}\n${said}")
endfunction()
