/// An input is u8 options (bit 0: mini header; the rest: how the stream is cut), then the stream.
/// However it is cut, the messages must be the same.
#include "base/check.h"
#include "message_fuzz.h"
#include "wire/framing.h"

#include <algorithm>
#include <vector>

using namespace sumac;

namespace {

std::vector<wire::Message> take_all(wire::Framer& framer) {
    std::vector<wire::Message> messages;
    while (auto message = framer.take_message())
        messages.push_back(*std::move(message));
    return messages;
}

/// Pieces of at most `step` bytes, through the interface of a socket.
bool read_in_steps(wire::Framer& framer, Bytes stream, std::size_t step) {
    while (!stream.empty()) {
        const auto space = framer.next_buffer();
        CHECK(!space.empty());
        const std::size_t count = std::min({step, space.size(), stream.size()});
        std::copy_n(stream.begin(), count, space.begin());
        stream = stream.subspan(count);
        if (!framer.commit(count)) return false;
    }
    return true;
}

bool same(const wire::Message& a, const wire::Message& b) {
    return a.serial == b.serial && a.type == b.type && std::ranges::equal(a.body, b.body);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const auto kind = (data[0] & 1U) != 0 ? wire::HeaderKind::mini : wire::HeaderKind::full;
    const std::size_t step = 1 + (data[0] >> 1U);
    const Bytes stream = std::as_bytes(std::span{data, size}.subspan(1));

    wire::Framer whole{kind};
    const bool whole_good = whole.push(stream).has_value();
    wire::Framer cut{kind};
    const bool cut_good = read_in_steps(cut, stream, step);
    CHECK(whole_good == cut_good);
    CHECK(whole.next_serial() == cut.next_serial());

    const auto expected = take_all(whole);
    const auto got = take_all(cut);
    CHECK(std::ranges::equal(expected, got, same));
    for (const wire::Message& message : got)
        fuzz::touch(message.body);
    return 0;
}
