# What every target is compiled with.
set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_C_STANDARD 11)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")
set(CMAKE_LIBRARY_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/lib")
set(CMAKE_ARCHIVE_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/lib")
set(CMAKE_CXX_FLAGS_SANITIZE "-O1 -g1 -fno-omit-frame-pointer")
set(CMAKE_C_FLAGS_SANITIZE "-O1 -g1 -fno-omit-frame-pointer")

# ccache must look through the precompiled headers and through the place of the checkout.
find_program(CCACHE ccache)
if(CCACHE)
  set(launcher "${CMAKE_SOURCE_DIR}/cmake/compile" "${CCACHE}" "${CMAKE_SOURCE_DIR}")
  set(CMAKE_C_COMPILER_LAUNCHER ${launcher})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${launcher})
endif()

add_library(drover_settings INTERFACE)
target_include_directories(drover_settings INTERFACE "${CMAKE_SOURCE_DIR}/src")
target_compile_options(drover_settings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Wshorten-64-to-32
  -Wno-gnu-statement-expression -Werror -fPIC
  -ffunction-sections -fdata-sections
  "$<$<COMPILE_LANGUAGE:CXX>:SHELL:-Xclang -fno-pch-timestamp>")
target_compile_definitions(drover_settings INTERFACE
  DROVER_VERSION="${PROJECT_VERSION}" _FILE_OFFSET_BITS=64 JSON_DIAGNOSTICS=0)
target_link_options(drover_settings INTERFACE -Wl,--gc-sections -Wl,--as-needed)
if(DROVER_SANITIZE)
  target_compile_options(drover_settings INTERFACE -fsanitize=${DROVER_SANITIZE} -fno-sanitize-recover=all)
  target_compile_definitions(drover_settings INTERFACE DROVER_SANITIZED=1)
  target_link_options(drover_settings INTERFACE -fsanitize=${DROVER_SANITIZE})
endif()
if(DROVER_FUZZ)
  target_compile_options(drover_settings INTERFACE -fsanitize=fuzzer-no-link)
endif()

find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(GTest QUIET)

# One precompiled header for the code and one for the tests, compiled once each.
file(CONFIGURE OUTPUT "${CMAKE_BINARY_DIR}/pch.cpp" CONTENT "// the unit that carries the precompiled header\n")
set(pch_headers <algorithm> <array> <chrono> <cstdint> <expected> <functional> <map> <memory>
    <optional> <span> <string> <string_view> <utility> <vector> <fmt/format.h> <nlohmann/json.hpp>)
add_library(drover_pch STATIC "${CMAKE_BINARY_DIR}/pch.cpp")
target_link_libraries(drover_pch PUBLIC drover_settings fmt::fmt nlohmann_json::nlohmann_json)
target_precompile_headers(drover_pch PRIVATE ${pch_headers})
if(GTest_FOUND)
  add_library(drover_test_pch STATIC "${CMAKE_BINARY_DIR}/pch.cpp")
  target_link_libraries(drover_test_pch PUBLIC drover_settings fmt::fmt nlohmann_json::nlohmann_json GTest::gmock)
  target_precompile_headers(drover_test_pch PRIVATE ${pch_headers} <gtest/gtest.h> <gmock/gmock.h>)
endif()
