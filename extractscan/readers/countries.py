"""Names of countries as ISO 3166-1 alpha-2 codes: corpora and address databases write names."""

from __future__ import annotations

from typing import Final

import polars as pl

_TABLE: Final = """
AD Andorra|AE United Arab Emirates|AF Afghanistan|AG Antigua and Barbuda|AI Anguilla|AL Albania|AM Armenia
AO Angola|AQ Antarctica|AR Argentina|AS American Samoa|AT Austria|AU Australia|AW Aruba|AX Åland Islands
AX Åland|AZ Azerbaijan|BA Bosnia and Herzegovina|BB Barbados|BD Bangladesh|BE Belgium|BF Burkina Faso
BG Bulgaria|BH Bahrain|BI Burundi|BJ Benin|BL Saint Barthélemy|BM Bermuda|BN Brunei|BN Brunei Darussalam
BO Bolivia|BQ Bonaire, Sint Eustatius, and Saba|BR Brazil|BS Bahamas|BS The Bahamas|BT Bhutan|BV Bouvet Island
BW Botswana|BY Belarus|BZ Belize|CA Canada|CC Cocos (Keeling) Islands|CD DR Congo|CD Congo (Kinshasa)
CD Democratic Republic of the Congo|CF Central African Republic|CG Congo Republic|CG Congo
CG Congo (Brazzaville)|CG Republic of the Congo|CH Switzerland|CI Ivory Coast|CI Côte d'Ivoire|CI Cote d'Ivoire
CK Cook Islands|CL Chile|CM Cameroon|CN China|CN Mainland China|CO Colombia|CR Costa Rica|CU Cuba|CV Cabo Verde
CV Cape Verde|CW Curaçao|CW Curacao|CX Christmas Island|CY Cyprus|CZ Czechia|CZ Czech Republic|DE Germany
DJ Djibouti|DK Denmark|DM Dominica|DO Dominican Republic|DZ Algeria|EC Ecuador|EE Estonia|EG Egypt
EH Western Sahara|ER Eritrea|ES Spain|ET Ethiopia|FI Finland|FJ Fiji|FK Falkland Islands
FM Federated States of Micronesia|FM Micronesia|FO Faroe Islands|FR France|GA Gabon|GB United Kingdom
GB Great Britain|GD Grenada|GE Georgia|GF French Guiana|GG Guernsey|GH Ghana|GI Gibraltar|GL Greenland|GM Gambia
GM The Gambia|GN Guinea|GP Guadeloupe|GQ Equatorial Guinea|GR Greece
GS South Georgia and the South Sandwich Islands|GT Guatemala|GU Guam|GW Guinea-Bissau|GY Guyana|HK Hong Kong
HK Hong Kong SAR China|HM Heard and McDonald Islands|HN Honduras|HR Croatia|HT Haiti|HU Hungary|ID Indonesia
IE Ireland|IL Israel|IM Isle of Man|IN India|IO British Indian Ocean Territory|IQ Iraq|IR Iran
IR Iran, Islamic Republic of|IS Iceland|IT Italy|JE Jersey|JM Jamaica|JO Jordan|JO Hashemite Kingdom of Jordan
JP Japan|KE Kenya|KG Kyrgyzstan|KH Cambodia|KI Kiribati|KM Comoros|KN St Kitts and Nevis
KN Saint Kitts and Nevis|KP North Korea|KR South Korea|KR Republic of Korea|KR Korea, Republic of|KW Kuwait
KY Cayman Islands|KZ Kazakhstan|LA Laos|LB Lebanon|LC Saint Lucia|LC St Lucia|LI Liechtenstein|LK Sri Lanka
LR Liberia|LS Lesotho|LT Lithuania|LT Republic of Lithuania|LU Luxembourg|LV Latvia|LY Libya|MA Morocco
MC Monaco|MD Moldova|MD Republic of Moldova|ME Montenegro|MF Saint Martin|MG Madagascar|MH Marshall Islands
MK North Macedonia|MK Macedonia|ML Mali|MM Myanmar|MM Myanmar (Burma)|MN Mongolia|MO Macao|MO Macau
MP Northern Mariana Islands|MQ Martinique|MR Mauritania|MS Montserrat|MT Malta|MU Mauritius|MV Maldives
MW Malawi|MX Mexico|MY Malaysia|MZ Mozambique|NA Namibia|NC New Caledonia|NE Niger|NF Norfolk Island|NG Nigeria
NI Nicaragua|NL Netherlands|NL The Netherlands|NO Norway|NP Nepal|NR Nauru|NU Niue|NZ New Zealand|OM Oman
PA Panama|PE Peru|PF French Polynesia|PG Papua New Guinea|PH Philippines|PK Pakistan|PL Poland
PM Saint Pierre and Miquelon|PN Pitcairn Islands|PR Puerto Rico|PS Palestine|PS Palestinian Territory
PT Portugal|PW Palau|PY Paraguay|QA Qatar|RE Réunion|RE Reunion|RO Romania|RS Serbia|RU Russia
RU Russian Federation|RW Rwanda|SA Saudi Arabia|SB Solomon Islands|SC Seychelles|SD Sudan|SE Sweden|SG Singapore
SH Saint Helena|SI Slovenia|SJ Svalbard and Jan Mayen|SK Slovakia|SK Slovak Republic|SL Sierra Leone
SM San Marino|SN Senegal|SO Somalia|SR Suriname|SS South Sudan|ST São Tomé and Príncipe|SV El Salvador
SX Sint Maarten|SY Syria|SZ Eswatini|SZ Swaziland|TC Turks and Caicos Islands|TD Chad
TF French Southern Territories|TG Togo|TH Thailand|TJ Tajikistan|TK Tokelau|TL Timor-Leste|TL East Timor
TM Turkmenistan|TN Tunisia|TO Tonga|TR Turkey|TR Türkiye|TT Trinidad and Tobago|TV Tuvalu|TW Taiwan|TZ Tanzania
UA Ukraine|UG Uganda|UM U.S. Outlying Islands|US United States|US United States of America|US USA|UY Uruguay
UZ Uzbekistan|VA Vatican City|VC Saint Vincent and the Grenadines|VC St Vincent and Grenadines|VE Venezuela
VG British Virgin Islands|VI U.S. Virgin Islands|VN Vietnam|VN Viet Nam|VU Vanuatu|WF Wallis and Futuna|WS Samoa
XK Kosovo|YE Yemen|YT Mayotte|ZA South Africa|ZM Zambia|ZW Zimbabwe
"""
CODES: Final = {
    entry[3:].strip().upper(): entry[:2] for line in _TABLE.strip().splitlines() for entry in line.split("|")
}
"""Code by name, in capitals."""


def codes(values: pl.Series) -> pl.Series:
    """Write countries as codes in capitals; names that are not known stay, in capitals too."""
    capitals = values.str.strip_chars().str.to_uppercase()
    return capitals.replace(CODES) if (capitals.str.len_chars() > _CODE).any() else capitals


_CODE: Final = 2
