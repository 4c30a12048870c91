/// Files that a reader sees either whole or not at all.
#pragma once

#include <sumac/result.h>

#include <cstddef>
#include <span>
#include <string>

namespace sumac::tool {

/// Writes `content` to a new file beside `path` and renames it over `path`; "-" is standard output.
Result<Done, Failure> write_file(const std::string& path, std::span<const std::byte> content);

/// Whether `path` can be written, as far as that can be told without touching it: so that a typing
/// error shows before a long session, not after it. "-" always can.
Result<Done, Failure> check_writable(const std::string& path);

} // namespace sumac::tool
