# The target tidy: what clang-tidy finds in the library's sources by .clang-tidy. It takes minutes, so no test runs it.
find_program(TYPENET_RUN_CLANG_TIDY NAMES run-clang-tidy-14 run-clang-tidy)
if(TYPENET_RUN_CLANG_TIDY)
    add_custom_target(tidy COMMAND ${TYPENET_RUN_CLANG_TIDY} -quiet -p ${CMAKE_BINARY_DIR} "${PROJECT_SOURCE_DIR}/(dsl|runtime)/.*\\.cpp$"
                      COMMENT "clang-tidy over dsl and runtime" VERBATIM)
endif()
