#include "channel/base_channel.h"

#include <spice/enums.h>

namespace sumac::channel {
namespace {

bool later_messages_depend_on(std::uint16_t type) {
    return type == SPICE_MSG_SET_ACK || type == SPICE_MSG_WAIT_FOR_CHANNELS ||
           type == SPICE_MSG_MIGRATE;
}

} // namespace

Result<BaseChannel::Step> BaseChannel::on_message(const wire::Message& message) {
    Step step;
    if (!message.is_sub_message()) count_for_ack(step.send);
    if (!wire::is_common_message(message.type)) return step;

    step.is_common = true;
    auto parsed = wire::parse_common_message(message.type, message.body);
    if (!parsed) {
        if (later_messages_depend_on(message.type)) return parsed.error();
        step.damaged = true;
        return step;
    }
    if (const auto* set_ack = std::get_if<wire::SetAck>(&*parsed)) {
        window_ = until_ack_ = set_ack->window;
        step.send.push_back(
            {SPICE_MSGC_ACK_SYNC, wire::encode(wire::AckSync{set_ack->generation})});
    } else if (const auto* ping = std::get_if<wire::Ping>(&*parsed)) {
        step.send.push_back({SPICE_MSGC_PONG, wire::encode(wire::Pong{ping->id, ping->timestamp})});
    } else if (auto* wait = std::get_if<wire::WaitForChannels>(&*parsed)) {
        step.event = std::move(*wait);
    } else if (const auto* disconnecting = std::get_if<wire::Disconnecting>(&*parsed)) {
        step.event = *disconnecting;
    } else if (auto* notify = std::get_if<wire::Notify>(&*parsed)) {
        step.event = std::move(*notify);
    } else if (const auto* migrate = std::get_if<wire::Migrate>(&*parsed)) {
        step.event = *migrate;
    } else if (const auto* data = std::get_if<wire::MigrateData>(&*parsed)) {
        step.event = *data;
    }
    return step;
}

void BaseChannel::count_for_ack(std::vector<OutgoingMessage>& send) {
    if (window_ == 0 || --until_ack_ > 0) return;
    until_ack_ = window_;
    send.push_back({SPICE_MSGC_ACK, {}});
}

} // namespace sumac::channel
