# A room is a folder of src/: the *.cpp in it and in its FOLDERS make the library drover_ROOM, its *_test.cpp the
# program ROOM_test, its *_fuzz.cpp a fuzzer each, and its main.cpp, when PROGRAM is given, the program of that name.
# What no sanitizer can hold, its *_release_test.cpp, is ROOM_release_test, built without one and labelled `release`.
# Its *_testing.cpp are in both.
include(GoogleTest)

# Everything that is run or linked by others, without the tests: what `make build` builds; the tests that `make test`
# runs of this build beside the sanitized ones; and what `make fuzz` runs.
add_custom_target(programs)
add_custom_target(release_tests)
add_custom_target(fuzzers)

# drover_room(NAME [FOLDERS f…] [ROOMS r…] [LIBS lib…] [PROGRAM name] [TEST_ROOMS r…] [TEST_LIBS lib…])
function(drover_room name)
  cmake_parse_arguments(arg "" "PROGRAM" "FOLDERS;ROOMS;LIBS;TEST_ROOMS;TEST_LIBS" ${ARGN})
  set(globs "${CMAKE_CURRENT_SOURCE_DIR}/*.cpp")
  foreach(folder IN LISTS arg_FOLDERS)
    list(APPEND globs "${CMAKE_CURRENT_SOURCE_DIR}/${folder}/*.cpp")
  endforeach()
  file(GLOB sources CONFIGURE_DEPENDS ${globs})
  set(tests ${sources})
  set(testing ${sources})
  set(fuzzers ${sources})
  list(FILTER sources EXCLUDE REGEX "_(test|testing|fuzz)\\.cpp$|/main\\.cpp$")
  list(FILTER tests INCLUDE REGEX "_test\\.cpp$")
  set(release_tests ${tests})
  list(FILTER release_tests INCLUDE REGEX "_release_test\\.cpp$")
  list(FILTER tests EXCLUDE REGEX "_release_test\\.cpp$")
  list(FILTER testing INCLUDE REGEX "_testing\\.cpp$")
  list(FILTER fuzzers INCLUDE REGEX "_fuzz\\.cpp$")
  list(TRANSFORM arg_ROOMS PREPEND drover_)
  list(TRANSFORM arg_TEST_ROOMS PREPEND drover_)

  if(sources)
    add_library(drover_${name} STATIC ${sources})
    target_link_libraries(drover_${name} PUBLIC drover_settings ${arg_ROOMS} fmt::fmt
                          nlohmann_json::nlohmann_json PRIVATE ${arg_LIBS})
    target_precompile_headers(drover_${name} REUSE_FROM drover_pch)
  else()
    add_library(drover_${name} INTERFACE)
    target_link_libraries(drover_${name} INTERFACE drover_settings ${arg_ROOMS} ${arg_LIBS})
  endif()
  if(arg_PROGRAM)
    add_executable(${arg_PROGRAM} main.cpp)
    target_link_libraries(${arg_PROGRAM} PRIVATE drover_${name} ${arg_LIBS})
    target_precompile_headers(${arg_PROGRAM} REUSE_FROM drover_pch)
    add_dependencies(programs ${arg_PROGRAM})
  endif()
  if(tests AND GTest_FOUND)
    drover_test(${name}_test SOURCES ${tests} ${testing} LIBS drover_${name} ${arg_TEST_ROOMS} ${arg_LIBS} ${arg_TEST_LIBS})
  endif()
  if(release_tests AND GTest_FOUND AND NOT DROVER_SANITIZE)
    drover_test(${name}_release_test SOURCES ${release_tests} ${testing} LABEL release
                LIBS drover_${name} ${arg_TEST_ROOMS} ${arg_LIBS} ${arg_TEST_LIBS})
    add_dependencies(release_tests ${name}_release_test)
  endif()
  if(DROVER_FUZZ)
    foreach(source IN LISTS fuzzers)
      get_filename_component(fuzzer "${source}" NAME_WE)
      add_executable(${fuzzer} "${source}")
      target_link_libraries(${fuzzer} PRIVATE drover_${name} ${arg_TEST_ROOMS} ${arg_LIBS})
      target_link_options(${fuzzer} PRIVATE -fsanitize=fuzzer)
      add_dependencies(fuzzers ${fuzzer})
      set_target_properties(${fuzzer} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/fuzz")
    endforeach()
  endif()
endfunction()

# drover_test(NAME SOURCES file… LIBS lib… [TIMEOUT seconds] [LABEL label]): one ctest entry for each TEST in it.
# Tests find the checkout's files through DROVER_SOURCE_DIR and the built programs through DROVER_BIN_DIR.
function(drover_test name)
  cmake_parse_arguments(arg "" "TIMEOUT;LABEL" "SOURCES;LIBS" ${ARGN})
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 300)
  endif()
  set(label)
  if(arg_LABEL)
    set(label LABELS ${arg_LABEL})
  endif()
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE ${arg_LIBS} GTest::gmock GTest::gtest_main)
  target_compile_definitions(${name} PRIVATE DROVER_SOURCE_DIR="${CMAKE_SOURCE_DIR}"
                             DROVER_BIN_DIR="${CMAKE_RUNTIME_OUTPUT_DIRECTORY}")
  # Definitions above differ between no two tests, so they are the same for the header's own unit.
  target_precompile_headers(${name} REUSE_FROM drover_test_pch)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/tests")
  gtest_discover_tests(${name} DISCOVERY_MODE PRE_TEST
                       PROPERTIES TIMEOUT ${arg_TIMEOUT} ${label} ENVIRONMENT
                       "LSAN_OPTIONS=suppressions=${CMAKE_SOURCE_DIR}/tests/lsan.supp:print_suppressions=0")
endfunction()
