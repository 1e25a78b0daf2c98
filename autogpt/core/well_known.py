"""Names that say nothing of the person's: hosts that everybody knows, words that stand in addresses everywhere.

A host is listed where whoever writes pages that the agent reads can't see what is asked of it. So a name
of such a host carries nothing to anybody; what stands behind it is judged as anywhere.
"""

from __future__ import annotations

_HOSTS = """
pypi.org files.pythonhosted.org python.org docs.python.org peps.python.org readthedocs.io readthedocs.org
npmjs.com registry.npmjs.org npmjs.org unpkg.com jsdelivr.net crates.io docs.rs rust-lang.org go.dev
pkg.go.dev proxy.golang.org golang.org rubygems.org packagist.org nuget.org api.nuget.org maven.org
search.maven.org repo1.maven.org repo.maven.apache.org hub.docker.com anaconda.org conda-forge.org formulae.brew.sh
github.com api.github.com raw.githubusercontent.com gist.githubusercontent.com codeload.github.com gitlab.com
bitbucket.org codeberg.org sourceforge.net
wikipedia.org wikimedia.org wikidata.org wiktionary.org wikibooks.org openstreetmap.org
stackoverflow.com stackexchange.com superuser.com serverfault.com askubuntu.com
mozilla.org developer.mozilla.org w3.org ietf.org rfc-editor.org datatracker.ietf.org whatwg.org iana.org
arxiv.org export.arxiv.org doi.org crossref.org api.crossref.org semanticscholar.org nih.gov pubmed.ncbi.nlm.nih.gov
eutils.ncbi.nlm.nih.gov archive.org gutenberg.org
debian.org packages.debian.org ubuntu.com packages.ubuntu.com archlinux.org wiki.archlinux.org fedoraproject.org
kernel.org gnu.org apache.org postgresql.org sqlite.org mysql.com redis.io mongodb.com nginx.org docker.com
docs.docker.com kubernetes.io nodejs.org reactjs.org react.dev vuejs.org angular.io typescriptlang.org
djangoproject.com docs.djangoproject.com flask.palletsprojects.com palletsprojects.com numpy.org pandas.pydata.org
scipy.org scikit-learn.org pytorch.org tensorflow.org huggingface.co docs.pytest.org pytest.org
microsoft.com learn.microsoft.com docs.microsoft.com apple.com developer.apple.com google.com developers.google.com
cloud.google.com aws.amazon.com docs.aws.amazon.com oracle.com docs.oracle.com
nvd.nist.gov nist.gov osv.dev api.osv.dev cve.org endoflife.date
bbc.com bbc.co.uk reuters.com apnews.com nytimes.com theguardian.com spiegel.de tagesschau.de lemonde.fr
news.ycombinator.com reddit.com worldbank.org api.worldbank.org europa.eu ecb.europa.eu un.org who.int nasa.gov
noaa.gov weather.gov wttr.in open-meteo.com api.open-meteo.com imdb.com britannica.com
"""
HOSTS = frozenset(_HOSTS.split())
"""Whole names; names below them count as known up to here."""

_WORDS = """
a about abstract access account action add address advanced advice after agent all alternative alternatives an analysis
and android annual answer api app apps architecture archive archives are area article articles as asset assets
at atom auth author authors auto available average back backend base basic basics batch be best between
bin binary blob blog board body book books bot branch branches browse bug bugs build building business by
calculate calendar can capital category cdn center central cfg change changelog changes channel chapter chart
cheap check checklist city class classes client cloud code collection com command commands comment commit commits
common community company compare comparison compatibility compatible complete computer conf conference config
configuration configure connection contact content contents contributing control convert copyright core cost
could count countries country course create css csv current daily data database dataset date day days de default
define delete demo deploy deployment deprecated deprecation design detail details dev develop developer developers
development diff difference digital dir directory discussion discussions dist do doc docker docs document documentation
documents does doi domain download downloads driver easy edit edition editor education email en end engine english
entity entry env environment error errors es eu event events example examples exception exchange export external
faq fast feature features feed fields file files filter find fix fixed follow food for forecast form format forum
found fr framework free from frontend full function functions future game general generate german get getting git
github global good google graph group groups guide guides handbook hardware has head header heads health hello
help high history home hotel hour house how howto hourly html http https id ids if image images img import in index
info information init input install installation installer int integration interface international internet into
introduction io is issue issues it items java javascript job jobs join journal js json key keys language large last
latest law learn learning legal level lib libraries library license light limit limits line link links linux list
lists live load local location log login logo long mac machine main maintained major make man manage management
manual many map maps mark market master math max md me media meaning member memory menu message meta method methods
migrate migration mobile mode model models modern module modules month monthly more most movie multi music name names
national nature net network new news next nl no node normal not note notes npm number object of off office official
old on online only open operating option options or order org organization origin other out output overview own
owner package packages page pages papers parameters parent part parts password path pdf people performance person
phone php physical pip place plan platform player plugin plugins png policy popular population port post posts
power practice practices premium press price prices pricing print privacy private problem problems process product
production products profile program programming project projects properties property protocol public pull pulls
purpose py pyproject pypi python q quality query question questions quick quickstart random range rate rates raw
read readme real recent record reference refs register registry related release releases remote remove repo report
reports repos repository request require requirements research reset resource resources response rest result results
return review reviews rfc right role root route row rss rule rules run safe sales same sample samples save schedule
schema school science score screen script scripts sdk search second section security select send sent server
service services session set settings setup several shop should show simple single site sitemap size small social
software solution sort source space spec special specification specifications speed spring sql src stable standard
start state static statistics stats status step steps stock stop storage store stories story stream string structure
student style sub summary support supported svg switch system systems table tag tags task team tech technical
technology template templates terms test testing tests text that the theme theory this time timeline times title
to today toml tool tools top topic topics tour track trade train training translate translation travel tree true
try ts tutorial tutorials txt type types ubuntu uk unit universal university up update updated updates upgrade
upload uri url us usage use used user users using v v1 v2 v3 v4 value values version versions video view views
visual vs vulnerabilities vulnerability was way weather web website week weekly what when where which white who
why wiki wikipedia will windows with without word words work working works world write xml yaml year years yml you zh
zip false null none der die das und ist im von zu den mit le la les des et est el los una del por para que
"""
WORDS = frozenset(_WORDS.split())
"""In small letters. Each says about as much as a letter and a half: which of so many it is."""
