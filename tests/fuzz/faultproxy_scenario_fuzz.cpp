/// An input is a scenario file.
#include "base/check.h"
#include "scenario_file.h"

#include <algorithm>

using namespace sumac;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text{data, data + size};
    const auto parsed = faultproxy::parse_scenario(text, "s");
    if (!parsed) {
        constexpr std::size_t longest_line = 1500; // all messages that can be named
        const std::string line = parsed.error().line();
        CHECK(line.size() < longest_line && line.substr(0, 2) == "s:");
        CHECK(std::none_of(line.begin(), line.end(), [](char c) { return c >= 0 && c < ' '; }));
        return 0;
    }
    CHECK(parsed->listeners.size() <= faultproxy::max_listeners);
    CHECK(parsed->faults.size() <= faultproxy::max_faults);
    const auto settled = faultproxy::settle(*parsed);
    if (!settled) return 0;
    for (const faultproxy::Fault& fault : settled->faults)
        CHECK(!fault.name.empty() && (fault.to_client || fault.to_server));
    return 0;
}
