#include "server.h"

#include "certificates.h"
#include "encoders.h"
#include "failures.h"

#include <asio/ip/tcp.hpp>

#include <cstdlib>
#include <string>
#include <utility>

namespace sumac::host {

namespace {

using Outcome = Result<Done, Failure>;

/// The server opens its TLS port by itself and takes no 0: finds a free one for it.
Result<int, Failure> find_free_port(asio::io_context& io, const std::string& address) {
    std::error_code error;
    const auto ip = asio::ip::make_address(address, error);
    if (error) return cannot("listen on " + address, error.message(), "give an IP address");
    asio::ip::tcp::acceptor probe(io);
    probe.open(ip.is_v6() ? asio::ip::tcp::v6() : asio::ip::tcp::v4(), error);
    if (!error) probe.bind({ip, 0}, error);
    if (error) return cannot("find a free TLS port", error.message(), "give --tls-port");
    return int{probe.local_endpoint(error).port()};
}

Outcome settle_tls(asio::io_context& io, Options& options) {
    if (!options.tls_port) return Done{};
    if (!options.tls_directory.empty()) {
        auto made = make_certificates(options.tls_directory, options.tls_name);
        if (!made) return made.error();
        options.ca = made->ca;
        options.certificate = made->certificate;
        options.key = made->key;
    }
    if (*options.tls_port != 0) return Done{};
    const auto port = find_free_port(io, options.address);
    if (!port) return port.error();
    options.tls_port = *port;
    return Done{};
}

void set_picture_options(SpiceServer* server, const Options& options) {
    spice_server_set_streaming_video(server, options.streaming);
    spice_server_set_video_codecs(server, server_name_of(options.codec).c_str());
    spice_server_set_image_compression(server, options.compression);
    spice_server_set_jpeg_compression(server, options.jpeg_wan);
    spice_server_set_zlib_glz_compression(server, options.zlib_wan);
}

bool set_tls(SpiceServer* server, const Options& options) {
    if (!options.tls_port) return true;
    return spice_server_set_tls(server,
                                *options.tls_port,
                                options.ca.c_str(),
                                options.certificate.c_str(),
                                options.key.c_str(),
                                nullptr,
                                nullptr,
                                nullptr) == 0;
}

} // namespace

Result<ServerPtr, Failure> make_server(asio::io_context& io, SpiceCore& core, Options& options) {
    if (auto settled = settle_tls(io, options); !settled) return settled.error();
    // The server has no function for it.
    if (options.refuse_seamless) ::setenv("SPICE_DEBUG_ALLOW_MC", "1", 1);
    ServerPtr owner(spice_server_new());
    auto* const server = owner.get();
    spice_server_set_name(server, "sumac-host");
    if (options.ticket.empty())
        spice_server_set_noauth(server);
    else
        spice_server_set_ticket(server, options.ticket.c_str(), 0, 0, 0);
    set_picture_options(server, options);
    spice_server_set_playback_compression(server, options.audio_codec == AudioCodec::opus ? 1 : 0);
    spice_server_set_seamless_migration(server, options.migration == Migration::seamless ? 1 : 0);
    spice_server_set_addr(server, options.address.c_str(), 0);
    const std::string retry = "choose another --tls-port (0 takes a free one) or other PEM files";
    if (!set_tls(server, options)) return cannot("set up TLS", "libspice-server refused", retry);
    if (spice_server_init(server, &core.table()) != 0)
        return cannot("start the SPICE server", "libspice-server refused (see above)", retry);
    return owner;
}

} // namespace sumac::host
