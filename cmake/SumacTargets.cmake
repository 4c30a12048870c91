# Flags live in one interface target; every target of ours links it, nobody else's does.
add_library(sumac_flags INTERFACE)
target_compile_options(sumac_flags INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast
    -Wnon-virtual-dtor -Woverloaded-virtual -Wdouble-promotion -Wextra-semi
    -Wformat=2 -Wcast-align
    # g++ 12 at -O2 finds null dereferences inside its own shared_ptr; clang's are real.
    $<$<CXX_COMPILER_ID:Clang>:-Wnull-dereference>
    $<$<CXX_COMPILER_ID:GNU>:-Wuseless-cast;-Wduplicated-cond;-Wlogical-op>
    $<$<BOOL:${SUMAC_WERROR}>:-Werror>)
target_include_directories(sumac_flags INTERFACE ${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR}/src)
# Never dereference an unchecked optional or index past a vector in a debug build.
target_compile_definitions(sumac_flags INTERFACE $<$<CONFIG:Debug>:_GLIBCXX_ASSERTIONS>)

if(SUMAC_SANITIZE)
    target_compile_options(sumac_flags INTERFACE -fsanitize=${SUMAC_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
    target_link_options(sumac_flags INTERFACE -fsanitize=${SUMAC_SANITIZE})
    # g++ 12 reports uninitialised values in sanitized library headers.
    target_compile_options(sumac_flags INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
    if(SUMAC_SANITIZE STREQUAL thread)
        # Asio's fences, which ThreadSanitizer does not see; its queues have mutexes besides.
        target_compile_options(sumac_flags INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-tsan>)
    endif()
endif()
if(SUMAC_FUZZ)
    target_compile_options(sumac_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()

# sumac_library(wire DEPENDS base): all of src/wire/*.cpp as sumac_wire, alias sumac::wire.
function(sumac_library name)
    cmake_parse_arguments(ARG "" "" "DEPENDS;PRIVATE" ${ARGN})
    file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${name}/*.cpp)
    set(dependencies ${ARG_DEPENDS})
    list(TRANSFORM dependencies REPLACE "^([a-z]+)$" "sumac::\\1")
    if(sources)
        add_library(sumac_${name} STATIC ${sources})
        set_target_properties(sumac_${name} PROPERTIES POSITION_INDEPENDENT_CODE ON)
        target_link_libraries(sumac_${name} PUBLIC ${dependencies} PRIVATE sumac_flags ${ARG_PRIVATE})
    else() # headers only
        add_library(sumac_${name} INTERFACE)
        target_link_libraries(sumac_${name} INTERFACE ${dependencies})
    endif()
    add_library(sumac::${name} ALIAS sumac_${name})
endfunction()

# Third-party headers are system headers: their warnings are not ours.
function(sumac_pkg target module)
    pkg_check_modules(${target} REQUIRED IMPORTED_TARGET GLOBAL ${module})
    add_library(sumac_pkg_${target} INTERFACE)
    target_link_libraries(sumac_pkg_${target} INTERFACE PkgConfig::${target})
    get_target_property(dirs PkgConfig::${target} INTERFACE_INCLUDE_DIRECTORIES)
    if(dirs)
        target_include_directories(sumac_pkg_${target} SYSTEM INTERFACE ${dirs})
    endif()
    add_library(pkg::${target} ALIAS sumac_pkg_${target})
endfunction()
