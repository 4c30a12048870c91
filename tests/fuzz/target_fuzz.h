/// What must hold for every Target and every failure to make one.
#pragma once

#include "base/check.h"
#include <sumac/target.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

namespace sumac::fuzz {

inline std::string text_of(const std::uint8_t* data, std::size_t size) {
    return {data, data + size};
}

inline void check_target(const Result<Target, Failure>& target) {
    if (!target) {
        constexpr std::size_t longest_line = 400;
        const std::string line = target.error().line();
        CHECK(!line.empty() && line.size() < longest_line);
        CHECK(std::none_of(line.begin(), line.end(), [](char c) { return c >= 0 && c < ' '; }));
        return;
    }
    CHECK(target->host.empty() != target->unix_path.empty());
    CHECK(!target->unix_path.empty() || target->port != 0 || target->tls_port != 0);
    CHECK(!target->name().empty());
    CHECK(target->password.find('\0') == std::string::npos);
}

} // namespace sumac::fuzz
