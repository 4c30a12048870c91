/// A libspice-server as the options want it.
#pragma once

#include "options.h"
#include "spice_core.h"
#include <sumac/result.h>

#include <asio/io_context.hpp>
#include <spice.h>

#include <memory>

namespace sumac::host {

struct ServerDelete {
    void operator()(SpiceServer* server) const { spice_server_destroy(server); }
};
using ServerPtr = std::unique_ptr<SpiceServer, ServerDelete>;

/// Listens on its TLS port, if it has one, and on no other. What was chosen here is noted in
/// `options`: the TLS port, the certificates made. `core` must outlive the server.
Result<ServerPtr, Failure> make_server(asio::io_context& io, SpiceCore& core, Options& options);

} // namespace sumac::host
