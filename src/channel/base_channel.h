/// What every channel owes the server for every message, whatever the channel: acks, pongs, and a
/// look at the messages that all channels share. Pure; belongs to the net thread.
///
/// Acks: SET_ACK{generation, window} is answered with ACK_SYNC{generation}; from then on an ACK is
/// due after each `window` messages (sub-messages do not count, window 0 means none). We
/// acknowledge on arrival, before the work is done: the bounded draw queue behind is what throttles
/// a server that is too fast.
#pragma once

#include "wire/common_messages.h"
#include "wire/framing.h"

#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

namespace sumac::channel {

struct OutgoingMessage {
    std::uint16_t type = 0;
    std::vector<std::byte> body;
};

class BaseChannel {
public:
    /// What is left for others to do about a message.
    using Event = std::variant<std::monostate,
                               wire::WaitForChannels,
                               wire::Disconnecting,
                               wire::Notify,
                               wire::Migrate,
                               wire::MigrateData>;
    struct Step {
        std::vector<OutgoingMessage> send; ///< at once, in this order
        Event event;            ///< monostate: nothing, or the message is the channel's own
        bool is_common = false; ///< the message was one that all channels share
        bool damaged = false;   ///< it was damaged and is dropped; the channel goes on
    };

    /// Call for each message in order of arrival. An error costs the channel: the message was
    /// damaged and later ones depend on it (SET_ACK, WAIT_FOR_CHANNELS, MIGRATE).
    Result<Step> on_message(const wire::Message& message);

private:
    void count_for_ack(std::vector<OutgoingMessage>& send);

    std::uint32_t window_ = 0;
    std::uint32_t until_ack_ = 0;
};

} // namespace sumac::channel
