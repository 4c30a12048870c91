#include "stamps.h"

#include <spice/enums.h>

#include <algorithm>

namespace sumac::faultproxy {

namespace {

struct Place {
    Stamp stamp;
    std::size_t offset; ///< of the u32 in the body
};

std::optional<Place> place_of_stamp(std::uint8_t channel_type, std::uint16_t type) {
    switch (channel_type) {
    case SPICE_CHANNEL_MAIN:
        if (type == SPICE_MSG_MAIN_INIT) return Place{Stamp::init, 24}; // behind six u32
        if (type == SPICE_MSG_MAIN_MULTI_MEDIA_TIME) return Place{Stamp::multi_media_time, 0};
        break;
    case SPICE_CHANNEL_DISPLAY: // behind the stream's id
        if (type == SPICE_MSG_DISPLAY_STREAM_DATA) return Place{Stamp::stream_data, 4};
        if (type == SPICE_MSG_DISPLAY_STREAM_DATA_SIZED) return Place{Stamp::stream_data_sized, 4};
        break;
    case SPICE_CHANNEL_PLAYBACK:
        if (type == SPICE_MSG_PLAYBACK_DATA) return Place{Stamp::playback_data, 0};
        if (type == SPICE_MSG_PLAYBACK_MODE) return Place{Stamp::playback_mode, 0};
        // behind u32 channels, u16 format, u32 rate
        if (type == SPICE_MSG_PLAYBACK_START) return Place{Stamp::playback_start, 10};
        break;
    default:
        break;
    }
    return std::nullopt;
}

void write_u32(std::span<std::byte> at, std::uint32_t value) {
    for (std::size_t i = 0; i < sizeof(value); ++i)
        at[i] = static_cast<std::byte>(value >> (8 * i) & 0xff);
}

/// Does the work for one message; remembers where it wrote, because sub-messages may share bytes.
class Replacer {
public:
    Replacer(std::uint8_t channel_type, std::span<std::byte> body, const StampFunction& replace)
        : channel_type_(channel_type), body_(body), replace_(replace) {}

    /// A message of `type` whose body is `size` bytes at `start` of the whole.
    void message(std::uint16_t type, std::size_t start, std::size_t size) {
        const auto place = place_of_stamp(channel_type_, type);
        if (!place || size < place->offset + sizeof(std::uint32_t)) return;
        const std::size_t at = start + place->offset;
        if (std::ranges::find(written_, at) != written_.end()) return;
        written_.push_back(at);
        write_u32(body_.subspan(at, sizeof(std::uint32_t)),
                  replace_(place->stamp, Reader{body_}.at(at).u32()));
    }
    void sub_messages(std::uint32_t list_offset) {
        const Reader body{body_};
        Reader list = body.at(list_offset);
        const std::uint16_t count = list.u16();
        if (count > wire::max_sub_messages) return;
        for (std::uint16_t i = 0; i < count && !list.failed(); ++i) {
            Reader sub = body.at(list.u32());
            const std::uint16_t type = sub.u16();
            const std::uint32_t size = sub.u32();
            const std::size_t start = sub.offset();
            sub.skip(size);
            if (!list.failed() && !sub.failed()) message(type, start, size);
        }
    }

private:
    std::uint8_t channel_type_;
    std::span<std::byte> body_;
    const StampFunction& replace_;
    std::vector<std::size_t> written_;
};

} // namespace

void replace_stamps(std::uint8_t channel_type,
                    wire::HeaderKind kind,
                    const MessageHeader& header,
                    std::span<std::byte> message,
                    const StampFunction& replace) {
    if (message.size() < header_size(kind)) return;
    const std::span<std::byte> body = message.subspan(header_size(kind));
    Replacer replacer{channel_type, body, replace};
    if (header.type == SPICE_MSG_LIST || header.sub_list != 0)
        replacer.sub_messages(header.sub_list);
    replacer.message(header.type, 0, body.size());
}

} // namespace sumac::faultproxy
