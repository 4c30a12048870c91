/// An input is u8 options, then any number of {u8 direction and length, bytes}. Options: bit 0: the
/// handshake is given, and the bytes are messages; bit 1: full headers; bit 2: stamps are
/// rewritten; bits 4 and 5: which channel.
///
/// Whatever comes: every byte goes on, in order; only stamps may differ, and only when told to.
#include "base/check.h"
#include "proxy_handshake.h"
#include "tap.h"

using namespace sumac;
using namespace sumac::faultproxy;

namespace {

constexpr LocalTime now{std::chrono::seconds{1000}};

void send(Tap& tap, Direction direction, std::vector<std::byte>& out) {
    Lane& lane = tap.lane(direction);
    for (;;) {
        const LaneStep step = lane.next({}, now);
        const auto* const ready = std::get_if<SendNow>(&step);
        if (ready == nullptr) return;
        out.insert(out.end(), ready->bytes.begin(), ready->bytes.end());
        lane.sent(ready->bytes.size(), {}, now);
    }
}

struct Stream {
    std::vector<std::byte> in;
    std::vector<std::byte> out;
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Reader r{std::as_bytes(std::span{data, size})};
    const std::uint8_t options = r.u8();
    Fault fault;
    fault.effect = Rewrite{{Stamp::init, Stamp::stream_data, Stamp::playback_start}, WrapIn{}};
    const bool rewrites = (options & 4U) != 0;
    ListenerState state{Schedule{rewrites ? std::vector{fault} : std::vector<Fault>{}}, {}};
    state.schedule.on_connection(now);
    Tap tap{state};
    Stream to_client;
    Stream to_server;
    const auto push = [&](Direction direction, Bytes bytes) {
        Stream& stream = direction == Direction::to_client ? to_client : to_server;
        stream.in.insert(stream.in.end(), bytes.begin(), bytes.end());
        tap.on_bytes(direction, bytes, now);
        send(tap, direction, stream.out);
    };
    if ((options & 1U) != 0) {
        const auto common = (options & 2U) != 0 ? test::common_full : test::common_mini;
        constexpr std::array<std::uint8_t, 4> channels{SPICE_CHANNEL_MAIN,
                                                       SPICE_CHANNEL_DISPLAY,
                                                       SPICE_CHANNEL_PLAYBACK,
                                                       SPICE_CHANNEL_INPUTS};
        push(Direction::to_server, test::link_mess(channels.at(options >> 4U & 3U), common));
        push(Direction::to_client, test::link_reply(common));
        push(Direction::to_server, test::mechanism_and_ticket());
        push(Direction::to_client, test::link_result());
        CHECK(tap.link().open(Direction::to_client) && tap.link().open(Direction::to_server));
    }
    while (r.left() > 0) {
        const std::uint8_t head = r.u8();
        const auto direction = (head & 1U) != 0 ? Direction::to_server : Direction::to_client;
        push(direction, r.bytes(std::min<std::size_t>(head >> 1U, r.left())));
    }
    for (const Direction direction : {Direction::to_client, Direction::to_server}) {
        tap.on_end(direction, now);
        Stream& stream = direction == Direction::to_client ? to_client : to_server;
        send(tap, direction, stream.out);
        CHECK(stream.in.size() == stream.out.size());
    }
    CHECK(to_server.in == to_server.out);
    CHECK(rewrites || to_client.in == to_client.out);
    return 0;
}
