# A user's program, with the client that comes with Perl.
use strict;
use warnings;
use HTTP::Tiny;

my $url = "https://api.statuspool.io/v1/monitors?limit=1";
my %headers = (Authorization => "Bearer YOUR_API_KEY");
my $response = HTTP::Tiny->new(verify_SSL => 1)->get($url, { headers => \%headers });
print "$response->{status}\n";
