# What `cmake --install` leaves for find_package(typenet). Targets that need more than the library itself are files of
# their own: who trains by one process needs no MPI, who trains on the CPU no CUDA (cmake/typenet-config.cmake).
set(typenet_package ${CMAKE_INSTALL_LIBDIR}/cmake/typenet)
install(DIRECTORY dsl runtime DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/typenet
        COMPONENT development FILES_MATCHING PATTERN "*.hpp" PATTERN "*.cuh")
install(FILES ${typenet_headers}/typenet/typenet.hpp DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/typenet
        COMPONENT development)

install(TARGETS typenet EXPORT typenet ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT development)
install(EXPORT typenet NAMESPACE typenet:: DESTINATION ${typenet_package} FILE typenet-targets.cmake
        COMPONENT development)
foreach(part group cuda nccl)
    if(NOT TARGET typenet_${part})
        continue()
    endif()
    set_target_properties(typenet_${part} PROPERTIES EXPORT_NAME ${part})
    install(TARGETS typenet_${part} EXPORT typenet_${part} ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
            COMPONENT development)
    install(EXPORT typenet_${part} NAMESPACE typenet:: DESTINATION ${typenet_package}
            FILE typenet-${part}-targets.cmake COMPONENT development)
endforeach()

include(CMakePackageConfigHelpers)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/typenet-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES cmake/typenet-config.cmake cmake/typenet-cuda20.cmake ${PROJECT_BINARY_DIR}/typenet-config-version.cmake
        DESTINATION ${typenet_package} COMPONENT development)
