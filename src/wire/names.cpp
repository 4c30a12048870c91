#include "wire/names.h"

#include "wire/common_messages.h"

#include <fmt/format.h>
#include <spice/enums.h>

#include <algorithm>
#include <iterator>

namespace sumac::wire {

namespace {

struct Name {
    std::uint16_t type;
    std::string_view name;
};

constexpr std::string_view unknown = "unknown";

constexpr Name channel_types[] = {
    {SPICE_CHANNEL_MAIN, "main"},
    {SPICE_CHANNEL_DISPLAY, "display"},
    {SPICE_CHANNEL_INPUTS, "inputs"},
    {SPICE_CHANNEL_CURSOR, "cursor"},
    {SPICE_CHANNEL_PLAYBACK, "playback"},
    {SPICE_CHANNEL_RECORD, "record"},
    {SPICE_CHANNEL_TUNNEL, "tunnel"},
    {SPICE_CHANNEL_SMARTCARD, "smartcard"},
    {SPICE_CHANNEL_USBREDIR, "usbredir"},
    {SPICE_CHANNEL_PORT, "port"},
    {SPICE_CHANNEL_WEBDAV, "webdav"},
};

constexpr Name common_messages[] = {
    {SPICE_MSG_MIGRATE, "migrate"},
    {SPICE_MSG_MIGRATE_DATA, "migrate data"},
    {SPICE_MSG_SET_ACK, "set ack"},
    {SPICE_MSG_PING, "ping"},
    {SPICE_MSG_WAIT_FOR_CHANNELS, "wait for channels"},
    {SPICE_MSG_DISCONNECTING, "disconnecting"},
    {SPICE_MSG_NOTIFY, "notify"},
    {SPICE_MSG_LIST, "list"},
};

constexpr Name main_messages[] = {
    {SPICE_MSG_MAIN_MIGRATE_BEGIN, "migrate begin"},
    {SPICE_MSG_MAIN_MIGRATE_CANCEL, "migrate cancel"},
    {SPICE_MSG_MAIN_INIT, "init"},
    {SPICE_MSG_MAIN_CHANNELS_LIST, "channels list"},
    {SPICE_MSG_MAIN_MOUSE_MODE, "mouse mode"},
    {SPICE_MSG_MAIN_MULTI_MEDIA_TIME, "multi media time"},
    {SPICE_MSG_MAIN_AGENT_CONNECTED, "agent connected"},
    {SPICE_MSG_MAIN_AGENT_DISCONNECTED, "agent disconnected"},
    {SPICE_MSG_MAIN_AGENT_DATA, "agent data"},
    {SPICE_MSG_MAIN_AGENT_TOKEN, "agent token"},
    {SPICE_MSG_MAIN_MIGRATE_SWITCH_HOST, "migrate switch host"},
    {SPICE_MSG_MAIN_MIGRATE_END, "migrate end"},
    {SPICE_MSG_MAIN_NAME, "name"},
    {SPICE_MSG_MAIN_UUID, "uuid"},
    {SPICE_MSG_MAIN_AGENT_CONNECTED_TOKENS, "agent connected tokens"},
    {SPICE_MSG_MAIN_MIGRATE_BEGIN_SEAMLESS, "migrate begin seamless"},
    {SPICE_MSG_MAIN_MIGRATE_DST_SEAMLESS_ACK, "migrate destination seamless ack"},
    {SPICE_MSG_MAIN_MIGRATE_DST_SEAMLESS_NACK, "migrate destination seamless nack"},
};

constexpr Name display_messages[] = {
    {SPICE_MSG_DISPLAY_MODE, "mode"},
    {SPICE_MSG_DISPLAY_MARK, "mark"},
    {SPICE_MSG_DISPLAY_RESET, "reset"},
    {SPICE_MSG_DISPLAY_COPY_BITS, "copy bits"},
    {SPICE_MSG_DISPLAY_INVAL_LIST, "inval list"},
    {SPICE_MSG_DISPLAY_INVAL_ALL_PIXMAPS, "inval all pixmaps"},
    {SPICE_MSG_DISPLAY_INVAL_PALETTE, "inval palette"},
    {SPICE_MSG_DISPLAY_INVAL_ALL_PALETTES, "inval all palettes"},
    {SPICE_MSG_DISPLAY_STREAM_CREATE, "stream create"},
    {SPICE_MSG_DISPLAY_STREAM_DATA, "stream data"},
    {SPICE_MSG_DISPLAY_STREAM_CLIP, "stream clip"},
    {SPICE_MSG_DISPLAY_STREAM_DESTROY, "stream destroy"},
    {SPICE_MSG_DISPLAY_STREAM_DESTROY_ALL, "stream destroy all"},
    {SPICE_MSG_DISPLAY_DRAW_FILL, "draw fill"},
    {SPICE_MSG_DISPLAY_DRAW_OPAQUE, "draw opaque"},
    {SPICE_MSG_DISPLAY_DRAW_COPY, "draw copy"},
    {SPICE_MSG_DISPLAY_DRAW_BLEND, "draw blend"},
    {SPICE_MSG_DISPLAY_DRAW_BLACKNESS, "draw blackness"},
    {SPICE_MSG_DISPLAY_DRAW_WHITENESS, "draw whiteness"},
    {SPICE_MSG_DISPLAY_DRAW_INVERS, "draw invers"},
    {SPICE_MSG_DISPLAY_DRAW_ROP3, "draw rop3"},
    {SPICE_MSG_DISPLAY_DRAW_STROKE, "draw stroke"},
    {SPICE_MSG_DISPLAY_DRAW_TEXT, "draw text"},
    {SPICE_MSG_DISPLAY_DRAW_TRANSPARENT, "draw transparent"},
    {SPICE_MSG_DISPLAY_DRAW_ALPHA_BLEND, "draw alpha blend"},
    {SPICE_MSG_DISPLAY_SURFACE_CREATE, "surface create"},
    {SPICE_MSG_DISPLAY_SURFACE_DESTROY, "surface destroy"},
    {SPICE_MSG_DISPLAY_STREAM_DATA_SIZED, "stream data sized"},
    {SPICE_MSG_DISPLAY_MONITORS_CONFIG, "monitors config"},
    {SPICE_MSG_DISPLAY_DRAW_COMPOSITE, "draw composite"},
    {SPICE_MSG_DISPLAY_STREAM_ACTIVATE_REPORT, "stream activate report"},
    {SPICE_MSG_DISPLAY_GL_SCANOUT_UNIX, "gl scanout unix"},
    {SPICE_MSG_DISPLAY_GL_DRAW, "gl draw"},
    {SPICE_MSG_DISPLAY_QUALITY_INDICATOR, "quality indicator"},
};

constexpr Name inputs_messages[] = {
    {SPICE_MSG_INPUTS_INIT, "init"},
    {SPICE_MSG_INPUTS_KEY_MODIFIERS, "key modifiers"},
    {SPICE_MSG_INPUTS_MOUSE_MOTION_ACK, "mouse motion ack"},
};

constexpr Name cursor_messages[] = {
    {SPICE_MSG_CURSOR_INIT, "init"},
    {SPICE_MSG_CURSOR_RESET, "reset"},
    {SPICE_MSG_CURSOR_SET, "set"},
    {SPICE_MSG_CURSOR_MOVE, "move"},
    {SPICE_MSG_CURSOR_HIDE, "hide"},
    {SPICE_MSG_CURSOR_TRAIL, "trail"},
    {SPICE_MSG_CURSOR_INVAL_ONE, "inval one"},
    {SPICE_MSG_CURSOR_INVAL_ALL, "inval all"},
};

constexpr Name playback_messages[] = {
    {SPICE_MSG_PLAYBACK_DATA, "data"},
    {SPICE_MSG_PLAYBACK_MODE, "mode"},
    {SPICE_MSG_PLAYBACK_START, "start"},
    {SPICE_MSG_PLAYBACK_STOP, "stop"},
    {SPICE_MSG_PLAYBACK_VOLUME, "volume"},
    {SPICE_MSG_PLAYBACK_MUTE, "mute"},
    {SPICE_MSG_PLAYBACK_LATENCY, "latency"},
};

constexpr Name record_messages[] = {
    {SPICE_MSG_RECORD_START, "start"},
    {SPICE_MSG_RECORD_STOP, "stop"},
    {SPICE_MSG_RECORD_VOLUME, "volume"},
    {SPICE_MSG_RECORD_MUTE, "mute"},
};

template <std::size_t n>
std::string_view find(const Name (&names)[n], std::uint16_t type) {
    const auto* const found = std::find_if(
        std::begin(names), std::end(names), [type](const Name& name) { return name.type == type; });
    return found == std::end(names) ? unknown : found->name;
}

} // namespace

std::string_view channel_type_name(std::uint8_t type) {
    return find(channel_types, type);
}

std::string channel_name(ChannelId channel) {
    const std::string_view type = channel_type_name(channel.type);
    if (type == unknown) return fmt::format("channel type {}[{}]", channel.type, channel.id);
    return fmt::format("{}[{}]", type, channel.id);
}

std::string_view message_name(std::uint8_t channel_type, std::uint16_t type) {
    if (is_common_message(type)) return find(common_messages, type);
    switch (channel_type) {
    case SPICE_CHANNEL_MAIN:
        return find(main_messages, type);
    case SPICE_CHANNEL_DISPLAY:
        return find(display_messages, type);
    case SPICE_CHANNEL_INPUTS:
        return find(inputs_messages, type);
    case SPICE_CHANNEL_CURSOR:
        return find(cursor_messages, type);
    case SPICE_CHANNEL_PLAYBACK:
        return find(playback_messages, type);
    case SPICE_CHANNEL_RECORD:
        return find(record_messages, type);
    default:
        return unknown;
    }
}

} // namespace sumac::wire
