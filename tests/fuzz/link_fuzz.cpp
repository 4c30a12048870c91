/// An input is u8 (how the stream is cut), then what the server sends.
#include "base/check.h"
#include "link/link.h"

#include <spice/enums.h>
#include <spice/protocol.h>

#include <algorithm>
#include <span>

using namespace sumac;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::size_t step = 1 + std::size_t{data[0]};
    Bytes stream = std::as_bytes(std::span{data, size}.subspan(1));
    link::Link link{{.connection_id = 0,
                     .channel = {SPICE_CHANNEL_MAIN, 0},
                     .common_capabilities = {SPICE_COMMON_CAP_PROTOCOL_AUTH_SELECTION,
                                             SPICE_COMMON_CAP_AUTH_SPICE,
                                             SPICE_COMMON_CAP_MINI_HEADER},
                     .channel_capabilities = {},
                     .password = "password"}};
    CHECK(link.start().has_value());
    while (!stream.empty() && !link.done()) {
        const Bytes part = stream.first(std::min(step, stream.size()));
        const auto result = link.on_bytes(part);
        if (!result) {
            const Failure failure = link::to_failure(result.error(), "host:1", {1, 0});
            CHECK(link.phase() == link::LinkPhase::failed);
            CHECK(failure.line().find('\n') == std::string::npos);
            return 0;
        }
        CHECK(link.done() || result->consumed == part.size());
        stream = stream.subspan(result->consumed);
    }
    return 0;
}
