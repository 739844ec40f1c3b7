# The target api_reference: the headers' documentation as HTML, in reference/html of the build folder.
find_program(TYPENET_DOXYGEN doxygen)
if(TYPENET_DOXYGEN)
    configure_file(${PROJECT_SOURCE_DIR}/docs/Doxyfile.in ${PROJECT_BINARY_DIR}/Doxyfile @ONLY)
    add_custom_target(api_reference COMMAND ${TYPENET_DOXYGEN} ${PROJECT_BINARY_DIR}/Doxyfile
                      COMMENT "reference/html/index.html: the reference of dsl and runtime" VERBATIM)
endif()
