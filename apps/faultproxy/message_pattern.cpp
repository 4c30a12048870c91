#include "message_pattern.h"

#include <spice/enums.h>

#include <algorithm>
#include <array>

namespace sumac::faultproxy {

namespace {

constexpr int any_channel = -1;

struct Named {
    std::string_view name;
    Direction direction;
    int channel; ///< SPICE_CHANNEL_* or any_channel
    std::uint16_t type;
    std::uint16_t or_type; ///< the same as `type` where there is no other
};

constexpr Named from_server(std::string_view name, int channel, std::uint16_t type) {
    return {name, Direction::to_client, channel, type, type};
}
constexpr Named from_client(std::string_view name, int channel, std::uint16_t type) {
    return {name, Direction::to_server, channel, type, type};
}

constexpr std::array names{
    Named{"frame",
          Direction::to_client,
          SPICE_CHANNEL_DISPLAY,
          SPICE_MSG_DISPLAY_STREAM_DATA,
          SPICE_MSG_DISPLAY_STREAM_DATA_SIZED},
    from_server("init", SPICE_CHANNEL_MAIN, SPICE_MSG_MAIN_INIT),
    from_server("multi_media_time", SPICE_CHANNEL_MAIN, SPICE_MSG_MAIN_MULTI_MEDIA_TIME),
    from_server("channels_list", SPICE_CHANNEL_MAIN, SPICE_MSG_MAIN_CHANNELS_LIST),
    from_server("migrate_begin", SPICE_CHANNEL_MAIN, SPICE_MSG_MAIN_MIGRATE_BEGIN),
    from_server(
        "migrate_begin_seamless", SPICE_CHANNEL_MAIN, SPICE_MSG_MAIN_MIGRATE_BEGIN_SEAMLESS),
    from_server("migrate_cancel", SPICE_CHANNEL_MAIN, SPICE_MSG_MAIN_MIGRATE_CANCEL),
    from_server("migrate_end", SPICE_CHANNEL_MAIN, SPICE_MSG_MAIN_MIGRATE_END),
    from_server("migrate_switch_host", SPICE_CHANNEL_MAIN, SPICE_MSG_MAIN_MIGRATE_SWITCH_HOST),
    from_server(
        "migrate_dst_seamless_ack", SPICE_CHANNEL_MAIN, SPICE_MSG_MAIN_MIGRATE_DST_SEAMLESS_ACK),
    from_server("stream_create", SPICE_CHANNEL_DISPLAY, SPICE_MSG_DISPLAY_STREAM_CREATE),
    from_server("stream_data", SPICE_CHANNEL_DISPLAY, SPICE_MSG_DISPLAY_STREAM_DATA),
    from_server("stream_data_sized", SPICE_CHANNEL_DISPLAY, SPICE_MSG_DISPLAY_STREAM_DATA_SIZED),
    from_server("stream_destroy", SPICE_CHANNEL_DISPLAY, SPICE_MSG_DISPLAY_STREAM_DESTROY),
    from_server("surface_create", SPICE_CHANNEL_DISPLAY, SPICE_MSG_DISPLAY_SURFACE_CREATE),
    from_server("draw_copy", SPICE_CHANNEL_DISPLAY, SPICE_MSG_DISPLAY_DRAW_COPY),
    from_server("playback_start", SPICE_CHANNEL_PLAYBACK, SPICE_MSG_PLAYBACK_START),
    from_server("playback_mode", SPICE_CHANNEL_PLAYBACK, SPICE_MSG_PLAYBACK_MODE),
    from_server("playback_data", SPICE_CHANNEL_PLAYBACK, SPICE_MSG_PLAYBACK_DATA),
    from_server("playback_stop", SPICE_CHANNEL_PLAYBACK, SPICE_MSG_PLAYBACK_STOP),
    from_server("migrate", any_channel, SPICE_MSG_MIGRATE),
    from_server("migrate_data", any_channel, SPICE_MSG_MIGRATE_DATA),
    from_server("ping", any_channel, SPICE_MSG_PING),
    from_client("attach_channels", SPICE_CHANNEL_MAIN, SPICE_MSGC_MAIN_ATTACH_CHANNELS),
    from_client("migrate_connected", SPICE_CHANNEL_MAIN, SPICE_MSGC_MAIN_MIGRATE_CONNECTED),
    from_client("migrate_connected_seamless",
                SPICE_CHANNEL_MAIN,
                SPICE_MSGC_MAIN_MIGRATE_CONNECTED_SEAMLESS),
    from_client(
        "migrate_dst_do_seamless", SPICE_CHANNEL_MAIN, SPICE_MSGC_MAIN_MIGRATE_DST_DO_SEAMLESS),
    from_client("client_migrate_end", SPICE_CHANNEL_MAIN, SPICE_MSGC_MAIN_MIGRATE_END),
    from_client("display_init", SPICE_CHANNEL_DISPLAY, SPICE_MSGC_DISPLAY_INIT),
    from_client("stream_report", SPICE_CHANNEL_DISPLAY, SPICE_MSGC_DISPLAY_STREAM_REPORT),
    from_client("migrate_flush_mark", any_channel, SPICE_MSGC_MIGRATE_FLUSH_MARK),
    from_client("client_migrate_data", any_channel, SPICE_MSGC_MIGRATE_DATA),
    from_client("pong", any_channel, SPICE_MSGC_PONG),
};

} // namespace

std::string_view to_string(Direction direction) {
    return direction == Direction::to_client ? "to_client" : "to_server";
}

std::optional<MessagePattern> MessagePattern::named(std::string_view name) {
    const auto* const found = std::ranges::find(names, name, &Named::name);
    if (found == names.end()) return std::nullopt;
    return MessagePattern{static_cast<std::size_t>(found - names.begin())};
}

std::string MessagePattern::all_names() {
    std::string all;
    for (const Named& named : names) {
        if (!all.empty()) all += ", ";
        all += named.name;
    }
    return all;
}

bool MessagePattern::matches(Direction direction,
                             std::uint8_t channel_type,
                             std::uint16_t type) const {
    const Named& named = names.at(index_);
    return direction == named.direction &&
           (named.channel == any_channel || named.channel == channel_type) &&
           (named.type == type || named.or_type == type);
}

Direction MessagePattern::direction() const {
    return names.at(index_).direction;
}

std::string_view MessagePattern::name() const {
    return names.at(index_).name;
}

} // namespace sumac::faultproxy
