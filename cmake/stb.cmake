# stb_image before 2.28 shifts by more than the width of a word where the coded pixels of a JPEG run out: its count of
# bits is then below zero (what it shifts is zero). The decoder is compiled from a copy in the build folder in which that
# line looks first; a newer stb_image looks itself and is taken as it is.
file(READ ${TYPENET_STB}/stb/stb_image.h stb_image)
string(REGEX MATCH "stb_image - v([0-9.]+)" _ "${stb_image}")
set(stb_version ${CMAKE_MATCH_1})
set(TYPENET_STB_DECODER ${TYPENET_STB})
if(stb_version VERSION_LESS 2.28)
    set(line "j->code_buffer |= b << (24 - j->code_bits);")
    string(REPLACE "${line}" "if (j->code_bits >= 0) ${line}" looked "${stb_image}")
    if(looked STREQUAL stb_image)
        message(FATAL_ERROR "typenet: stb_image ${stb_version} in ${TYPENET_STB} is not safe for damaged JPEG files; "
                            "2.27 or a later one is needed")
    endif()
    set(TYPENET_STB_DECODER ${PROJECT_BINARY_DIR}/stb)
    set(copy ${TYPENET_STB_DECODER}/stb/stb_image.h)
    set(there "")
    if(EXISTS ${copy})
        file(READ ${copy} there)
    endif()
    if(NOT there STREQUAL looked)
        file(WRITE ${copy} "${looked}")
    endif()
endif()
