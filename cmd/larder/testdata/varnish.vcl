# Varnish as a cache before larder. ORIGIN is filled in by the test. Varnish
# counts Age and says nothing of its own: vcl_deliver appends its member to what
# larder said.
vcl 4.1;

backend larder {
	.host = "ORIGIN_HOST";
	.port = "ORIGIN_PORT";
}

sub vcl_backend_response {
	set beresp.grace = 0s; # nothing stale: what is old is asked for again,
	set beresp.keep = 1m;  # with a condition
}

sub vcl_deliver {
	if (obj.hits > 0) {
		set resp.http.Cache-Status = resp.http.Cache-Status + ", front; hit";
	} else {
		set resp.http.Cache-Status = resp.http.Cache-Status + ", front; fwd=miss";
	}
}
