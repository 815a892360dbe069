# A user's program, with LWP.
use strict;
use warnings;
use LWP::UserAgent;

my $url = "https://api.statuspool.io/v1/monitors?limit=1";
my $response = LWP::UserAgent->new->get($url, Authorization => "Bearer YOUR_API_KEY");
print $response->code, "\n";
