# Debian's cross compiler for 64-bit ARM, with the libraries that ./run unpacks into TYPENET_AARCH64_ROOT; what is built runs
# under qemu-user.
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES TYPENET_AARCH64_ROOT)
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_C_COMPILER aarch64-linux-gnu-gcc)
set(CMAKE_CXX_COMPILER aarch64-linux-gnu-g++)
set(CMAKE_LIBRARY_ARCHITECTURE aarch64-linux-gnu)
set(CMAKE_FIND_ROOT_PATH ${TYPENET_AARCH64_ROOT})
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
set(libraries ${TYPENET_AARCH64_ROOT}/usr/lib/aarch64-linux-gnu)
set(CMAKE_LIBRARY_PATH ${libraries}/openblas-pthread)
set(CMAKE_INCLUDE_PATH ${TYPENET_AARCH64_ROOT}/usr/include/aarch64-linux-gnu/openblas-pthread)
set(CMAKE_EXE_LINKER_FLAGS_INIT "-Wl,-rpath-link,${libraries}:${libraries}/openblas-pthread")
set(CMAKE_CROSSCOMPILING_EMULATOR qemu-aarch64 -L /usr/aarch64-linux-gnu
    -E LD_LIBRARY_PATH=${libraries}:${libraries}/openblas-pthread)
