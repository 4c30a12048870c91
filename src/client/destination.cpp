#include "client/destination.h"

#include "wire/main.h"

#include <fmt/format.h>
#include <spice/enums.h>
#include <spice/protocol.h>

namespace sumac::client {
namespace {

constexpr ChannelId main_id{SPICE_CHANNEL_MAIN, 0};

/// Whether the destination will take over the state of the channels. One that does not know of
/// seamless migration will not.
asio::awaitable<Result<bool, Failure>>
ask_for_seamless(ChannelConnection& main, std::uint32_t source_version, std::string name) {
    if (!main.peer_capabilities().has(SPICE_MAIN_CAP_SEAMLESS_MIGRATE)) co_return false;
    main.send(SPICE_MSGC_MAIN_MIGRATE_DST_DO_SEAMLESS,
              wire::encode(wire::MigrateDestinationDoSeamless{source_version}));
    const auto message = co_await main.next_message();
    if (message && message->type == SPICE_MSG_MAIN_MIGRATE_DST_SEAMLESS_ACK) co_return true;
    if (message && message->type == SPICE_MSG_MAIN_MIGRATE_DST_SEAMLESS_NACK) co_return false;
    co_return Failure{
        message ? ErrorCode::invalid : message.error().code,
        fmt::format("main[0]: {} did not answer whether it takes a seamless migration", name),
        ""};
}

} // namespace

asio::awaitable<Result<Destination, Failure>> open_destination(DestinationRequest request,
                                                               std::stop_token stop) {
    Destination destination;
    auto main = co_await open_channel(
        request.target, request.link_request(main_id), request.options, stop);
    if (!main) co_return main.error();
    destination.channels.emplace(main_id, *main);
    if (request.source_version) {
        const auto agreed =
            co_await ask_for_seamless(**main, *request.source_version, request.target.name());
        if (!agreed) co_return agreed.error();
        destination.seamless = *agreed;
    }
    for (const ChannelId id : request.channels) {
        auto opened = co_await open_channel(
            request.target, request.link_request(id), request.options, stop);
        if (!opened) co_return opened.error();
        destination.channels.emplace(id, *opened);
    }
    co_return destination;
}

} // namespace sumac::client
