# Pictures are decoded by these libraries where they are found; one line each says what was decided. JPEG and PNG are
# decoded by stb_image else, WebP, HEIC and AVIF not at all. TYPENET_JPEG=OFF and so on leave one out.
option(TYPENET_JPEG "Decode JPEG by libjpeg where it is found" ON)
option(TYPENET_PNG "Decode PNG by libpng where it is found" ON)
option(TYPENET_WEBP "Decode WebP by libwebp where it is found" ON)
option(TYPENET_HEIF "Decode HEIC and AVIF by libheif where it is found" ON)

# usage: typenet_image_library(OPTION SOURCE PACKAGE HEADER "LIBRARIES" WITH WITHOUT)
# Adds the source file to typenet, and TN_SOURCE tells runtime/data/image/decoders.cpp that it is there.
function(typenet_image_library option source package header libraries with without)
    string(REGEX REPLACE ".*_" "" library ${source})
    if(NOT ${option})
        message(STATUS "typenet: ${library} is switched off (${option}=OFF): ${without}")
        return()
    endif()
    find_path(${option}_HEADER ${header})
    set(found ${${option}_HEADER})
    foreach(name ${libraries})
        find_library(${option}_LIBRARY_${name} ${name})
        if(NOT ${option}_LIBRARY_${name})
            set(found "")
        endif()
    endforeach()
    if(NOT found)
        message(STATUS "typenet: no ${library} was found (Debian: ${package}): ${without}")
        return()
    endif()
    message(STATUS "typenet: ${library}: ${with}")
    string(TOUPPER ${library} upper)
    target_sources(typenet PRIVATE ${PROJECT_SOURCE_DIR}/runtime/data/image/${source}.cpp)
    target_include_directories(typenet SYSTEM PRIVATE ${found})
    foreach(name ${libraries})
        target_link_libraries(typenet PRIVATE $<BUILD_INTERFACE:${${option}_LIBRARY_${name}}> $<INSTALL_INTERFACE:${name}>)
    endforeach()
    set_property(SOURCE runtime/data/image/decoders.cpp APPEND PROPERTY COMPILE_DEFINITIONS TN_${upper}=1)
endfunction()

typenet_image_library(TYPENET_JPEG jpeg_libjpeg libjpeg62-turbo-dev jpeglib.h jpeg
    "JPEG is decoded by it" "JPEG is decoded by stb_image, but not with arithmetic coding")
typenet_image_library(TYPENET_PNG png_libpng libpng-dev png.h png "PNG is decoded by it" "PNG is decoded by stb_image")
typenet_image_library(TYPENET_WEBP webp_libwebp libwebp-dev webp/demux.h "webp;webpdemux"
    "WebP is decoded by it" "WebP is not read")
typenet_image_library(TYPENET_HEIF heif_libheif libheif-dev libheif/heif.h heif
    "HEIC and AVIF are decoded by it" "HEIC and AVIF are not read")
