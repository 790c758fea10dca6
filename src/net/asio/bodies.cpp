// The one unit with the bodies of Asio's and Beast's functions (separate compilation).
#include <boost/asio/impl/src.hpp>
#include <boost/beast/src.hpp>
