#include "client/channel.h"

namespace sumac::client {

void ChannelPort::send(const std::vector<channel::OutgoingMessage>& messages) {
    for (const auto& message : messages)
        send(message.type, message.body);
}

void ServerPort::send(std::uint16_t type, Bytes body) {
    if (held_) {
        waiting_.push_back({type, {body.begin(), body.end()}});
    } else {
        connection_->send(type, body);
    }
}

void ServerPort::resume(ChannelPtr connection) {
    connection_ = std::move(connection);
    held_ = false;
    connection_->send(std::exchange(waiting_, {}));
}

void ServerPort::restart(ChannelPtr connection) {
    waiting_.clear();
    resume(std::move(connection));
}

} // namespace sumac::client
