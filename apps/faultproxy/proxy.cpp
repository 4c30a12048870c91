#include "proxy.h"

#include "listener.h"

#include <unistd.h>

#include <algorithm>

namespace sumac::faultproxy {

namespace {

std::vector<Fault> faults_of(const Scenario& scenario, const std::string& listener) {
    std::vector<Fault> faults;
    std::ranges::copy_if(scenario.faults, std::back_inserter(faults), [&](const Fault& fault) {
        return fault.listener.empty() || fault.listener == listener;
    });
    return faults;
}

} // namespace

Proxy::Proxy(Scenario scenario) : scenario_(std::move(scenario)) {}
Proxy::~Proxy() = default;

Result<std::unique_ptr<Proxy>, Failure> Proxy::start(asio::io_context& io, Scenario scenario) {
    std::unique_ptr<Proxy> proxy{new Proxy{std::move(scenario)}};
    Json addresses = Json::array();
    for (const ListenerPlan& plan : proxy->scenario_.listeners) {
        auto& listener = *proxy->listeners_.emplace_back(std::make_unique<Listener>(
            io, plan, faults_of(proxy->scenario_, plan.name), proxy->relays_made_));
        const auto opened = listener.open();
        if (!opened) return opened.error();
        addresses.push_back(listener.address());
    }
    Json ready;
    if (addresses.front().contains("port")) ready["port"] = addresses.front()["port"];
    ready["listeners"] = addresses;
    ready["pid"] = ::getpid();
    write_event("ready", ready, now());
    return proxy;
}

std::size_t Proxy::fire(std::string_view name) {
    std::size_t count = 0;
    for (const auto& listener : listeners_)
        count += listener->fire(name);
    return count;
}

std::size_t Proxy::stop(std::string_view name) {
    std::size_t count = 0;
    for (const auto& listener : listeners_)
        count += listener->stop(name);
    return count;
}

void Proxy::tell_status() const {
    Json all = Json::array();
    for (const auto& listener : listeners_)
        all.push_back(listener->status());
    write_event("status", {{"listeners", all}}, now());
}

void Proxy::close() {
    for (const auto& listener : listeners_)
        listener->close();
}

} // namespace sumac::faultproxy
