#include "listener.h"

#include "quantities.h"

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/experimental/as_tuple.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/local/stream_protocol.hpp>
#include <asio/use_awaitable.hpp>
#include <fmt/format.h>
#include <sys/un.h>
#include <unistd.h>

namespace sumac::faultproxy {

namespace {

using asio::generic::stream_protocol;
using asio::ip::tcp;
constexpr auto as_result = asio::experimental::as_tuple(asio::use_awaitable);
/// When the system has no descriptor for a new connection; others may end meanwhile.
constexpr auto accept_retry = std::chrono::milliseconds{100};

Failure cannot_listen(const Endpoint& endpoint, const asio::error_code& error) {
    const bool taken = error == asio::error::address_in_use;
    return {ErrorCode::system,
            fmt::format("cannot listen on {}: {}", to_string(endpoint), error.message()),
            taken ? "another program is there; port 0 takes a free one" : "check the address"};
}

Result<stream_protocol::endpoint, Failure> resolve(asio::io_context& io, const Endpoint& endpoint) {
    if (endpoint.path.size() >= sizeof(sockaddr_un{}.sun_path))
        return cannot_listen(endpoint, asio::error::name_too_long);
    if (!endpoint.path.empty())
        return stream_protocol::endpoint{asio::local::stream_protocol::endpoint{endpoint.path}};
    asio::error_code error;
    const auto found =
        tcp::resolver{io}.resolve(endpoint.host,
                                  std::to_string(endpoint.port),
                                  tcp::resolver::passive | tcp::resolver::numeric_service,
                                  error);
    if (error || found.empty()) return cannot_listen(endpoint, error);
    return stream_protocol::endpoint{found.begin()->endpoint()};
}

} // namespace

Listener::Listener(asio::io_context& io,
                   const ListenerPlan& plan,
                   std::vector<Fault> faults,
                   std::uint64_t& relays_made)
    : plan_(plan),
      state_{Schedule{std::move(faults)}, ToldClock{}},
      acceptor_(io),
      next_change_(io),
      relays_made_(relays_made) {}

Listener::~Listener() {
    if (socket_file_is_ours_) ::unlink(plan_.listen.path.c_str());
}

Result<Done, Failure> Listener::open() {
    auto& io = static_cast<asio::io_context&>(acceptor_.get_executor().context());
    const auto endpoint = resolve(io, plan_.listen);
    if (!endpoint) return endpoint.error();
    asio::error_code error;
    acceptor_.open(endpoint->protocol(), error);
    if (!error && plan_.listen.path.empty())
        acceptor_.set_option(asio::socket_base::reuse_address{true}, error);
    if (!error) acceptor_.bind(*endpoint, error);
    if (!error) socket_file_is_ours_ = !plan_.listen.path.empty();
    if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
    if (error) return cannot_listen(plan_.listen, error);
    asio::co_spawn(
        io, [this] { return accept(); }, asio::detached);
    return Done{};
}

Json Listener::address() const {
    Json address{{"name", plan_.name}};
    if (!plan_.listen.path.empty()) {
        address["unix"] = plan_.listen.path;
        return address;
    }
    tcp::endpoint bound;
    const auto generic = acceptor_.local_endpoint();
    bound.resize(generic.size());
    std::memcpy(bound.data(), generic.data(), generic.size());
    address["host"] = bound.address().to_string();
    address["port"] = bound.port();
    return address;
}

asio::awaitable<void> Listener::accept() {
    asio::steady_timer pause{acceptor_.get_executor()};
    while (acceptor_.is_open()) {
        auto [error, client] = co_await acceptor_.async_accept(as_result);
        if (!error) {
            take(std::move(client));
        } else if (acceptor_.is_open()) {
            pause.expires_after(accept_retry);
            co_await pause.async_wait(as_result);
        }
    }
}

void Listener::take(Socket client) {
    const LocalTime at = now();
    if (relays_.size() >= most_relays) {
        write_event("error", {{"message", "too many connections: one was refused"}}, at);
        return;
    }
    const std::uint64_t id = ++relays_made_;
    const auto relay = std::make_shared<Relay>(
        id,
        std::move(client),
        Relay::Surroundings{state_,
                            plan_,
                            [this] { schedule_changed(); },
                            [this](const Relay& ended) { relays_.erase(ended.id()); }});
    relays_[id] = relay;
    state_.schedule.on_connection(at);
    relay->start();
    schedule_changed();
}

std::size_t Listener::fire(std::string_view name) {
    const std::size_t count = state_.schedule.fire(name, now());
    if (count > 0) schedule_changed();
    return count;
}

std::size_t Listener::stop(std::string_view name) {
    const std::size_t count = state_.schedule.stop(name, now());
    if (count > 0) schedule_changed();
    return count;
}

/// Tells what began and ended, does what happens at a beginning, and comes back at the next change.
void Listener::schedule_changed() {
    const LocalTime at = now();
    const auto changes = state_.schedule.take_changes(at);
    for (const FaultChange& change : changes) {
        const Fault& fault = state_.schedule.faults()[change.fault];
        write_event("fault", fault_details(fault, change.began), at);
        if (change.began) begin(fault, at);
    }
    if (!changes.empty()) {
        for (const auto& [id, relay] : relays_)
            relay->wake();
    }
    const auto next = state_.schedule.next_change(at);
    if (!next) return;
    next_change_.expires_at(asio::steady_timer::time_point{next->time_since_epoch()});
    next_change_.async_wait([this](const asio::error_code& error) {
        if (!error) schedule_changed();
    });
}

Json Listener::fault_details(const Fault& fault, bool began) const {
    Json details{{"state", began ? "began" : "ended"},
                 {"name", fault.name},
                 {"effect", effect_name(fault.effect)},
                 {"listener", plan_.name}};
    if (const auto* const fire = std::get_if<AtFire>(&fault.trigger)) details["fired"] = fire->name;
    return details;
}

void Listener::begin(const Fault& fault, LocalTime at) {
    const auto* const inject = std::get_if<Inject>(&fault.effect);
    if (inject == nullptr) return;
    Json details{{"name", fault.name}, {"listener", plan_.name}};
    if (!inject->while_sound_plays && state_.clock.sound_plays(at)) {
        details["reason"] = "sound plays";
        return write_event("not_injected", details, at);
    }
    bool any = false;
    for (const auto& [id, relay] : relays_) {
        const auto value = relay->tap().inject(*inject, at);
        if (!value) continue;
        any = true;
        details["id"] = id;
        details["multi_media_time"] = *value;
        write_event("injected", details, at);
    }
    if (any) return;
    details["reason"] = "no main channel is open";
    write_event("not_injected", details, at);
}

Json Listener::status() const {
    Json connections = Json::array();
    for (const auto& [id, relay] : relays_) {
        Json one{{"id", id}};
        one.update(relay->counts());
        connections.push_back(one);
    }
    return {{"name", plan_.name}, {"connections", connections}};
}

void Listener::close() {
    asio::error_code ignored;
    acceptor_.close(ignored);
    next_change_.cancel();
    const auto relays = relays_; // closing takes them out
    for (const auto& [id, relay] : relays)
        relay->close("the proxy ends");
}

} // namespace sumac::faultproxy
